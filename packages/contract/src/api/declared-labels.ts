import type { DeclaredLabels } from '../model-signature.ts';
import type { OutputDeclaration } from './model-signature.ts';

/** The labels that are declared here or in a file; `undefined`: none are. */
export function toldLabels({ labels, labelsFile }: OutputDeclaration): DeclaredLabels | undefined {
  if (labels !== undefined) return Object.freeze(labels);
  return labelsFile === undefined ? undefined : Object.freeze({ file: labelsFile });
}

/** What is wrong with the name of a file of labels, to be put behind the path of what has it. */
export function labelsFileProblems(labelsFile: string | undefined): readonly string[] {
  const isPlain = labelsFile === undefined || !(/[/\\\0]/.test(labelsFile) || /^\.{1,2}$/.test(labelsFile));
  return isPlain ? [] : ['.labelsFile must be the name of a file beside this one, without a folder'];
}
