import { entryLanguage, entryScriptProblem } from '@slipway/contract';
import type { RevisionScript } from '../../store/collections.ts';
import type { FieldProblem } from '../field-problems.ts';
import type { RevisionPlan } from './revisions.ts';

/** What is wrong with a script, and with its models or their absence. */
export function scriptProblems({ models, selections, script }: RevisionPlan): readonly FieldProblem[] {
  if (script === undefined) {
    return models.length > 0
      ? []
      : [{ field: 'models', message: 'must name a model, unless inferenceConfig names an entry script' }];
  }
  return [...sourceProblems(script), ...runnerProblems(script), ...selectionProblems(selections)];
}

function sourceProblems({ entryScript, files }: RevisionScript): readonly FieldProblem[] {
  const field = 'inferenceConfig.entryScript';
  const problem = entryScriptProblem(entryScript);
  if (problem !== undefined) return [{ field, message: `"${entryScript}": ${problem.replace(/\.$/, '')}` }];
  if (files.some(({ path }) => path === entryScript)) return [];
  return [
    { field, message: `"${entryScript}" is none of the ${files.length} paths in inferenceConfig.files` },
  ];
}

function runnerProblems(script: RevisionScript): readonly FieldProblem[] {
  const { entryScript, environment, interpreter } = script;
  if (entryLanguage(entryScript) === 'javascript') return pythonProblems(script);
  if (interpreter === null || environment === null) return [];
  const field = 'inferenceConfig.interpreter';
  const message =
    'and inferenceConfig.environment cannot both be given: an environment has its own interpreter';
  return [{ field, message }];
}

/** What a script that runs in the replica itself has no use for. */
function pythonProblems({ entryScript, interpreter, encodeNumpy }: RevisionScript): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (interpreter !== null) {
    const message = `names a Python, and "${entryScript}" needs none: a replica runs it itself`;
    problems.push({ field: 'inferenceConfig.interpreter', message });
  }
  if (encodeNumpy) {
    const message = `is about results of Python's numpy, and "${entryScript}" has none: leave it out`;
    problems.push({ field: 'inferenceConfig.encodeNumpy', message });
  }
  return problems;
}

/** `init` loads models once, so that versions which come later would never be served. */
function selectionProblems(selections: RevisionPlan['selections'] = []): readonly FieldProblem[] {
  return selections.map(({ name }) => ({
    field: 'models',
    message: `must name one version of "${name}", such as "${name}:1": policies and labels are for services without an entry script`,
  }));
}
