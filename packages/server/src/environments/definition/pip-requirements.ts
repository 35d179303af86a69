import type { FieldProblem } from '../../resources/field-problems.ts';
import { type RequirementLine, readRequirement } from './requirement.ts';

/** Requirements as pip is to have them. */
export interface Requirements {
  readonly lines: readonly string[];
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly string[];
}

/** What holds the server that Azure runs scripts in: here another one does, and nothing of it would be called. */
const HOSTING_PACKAGES = new Set(['azureml-defaults', 'azureml-contrib-services']);

/** A text as its requirements: lines joined at a backslash, comments and blank lines left out. */
export function linesOfRequirements(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Looks at every requirement; `fieldOf` names the one at an index. */
export function readRequirements(lines: readonly string[], fieldOf: (index: number) => string): Requirements {
  const read = lines.map(readRequirement);
  const packages = read.filter((line) => line.kind === 'package');
  const hosting = packages.filter((line) => HOSTING_PACKAGES.has(normalName(line.name)));
  return {
    lines: read.flatMap((line) => (line.kind === 'problem' || isHosting(line) ? [] : [line.line])),
    problems: read.flatMap((line, index) =>
      line.kind === 'problem' ? [{ field: fieldOf(index), message: line.message }] : [],
    ),
    warnings: [
      ...packages.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
      hostingWarning(hosting.map(({ name }) => name)),
    ],
  };
}

function isHosting(line: RequirementLine): boolean {
  return line.kind === 'package' && HOSTING_PACKAGES.has(normalName(line.name));
}

function hostingWarning(names: readonly string[]): string {
  if (names.length === 0) {
    return '"azureml-defaults" is not among the pip packages. Azure needs it to host scripts; Slipway does not.';
  }
  return `${names.map((name) => `"${name}"`).join(' and ')} ${names.length === 1 ? 'is' : 'are'} left out: Slipway hosts scripts itself. List by name what a script imports of what came with it, such as numpy, flask or azureml-core.`;
}

/** A package's name as indexes compare it (PEP 503). */
function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
