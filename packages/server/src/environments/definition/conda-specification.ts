import { isMap, isScalar, parseDocument, stringify } from 'yaml';
import type { FieldProblem } from '../../resources/field-problems.ts';
import type { CondaPackages, PipPackages, Reading } from './parsed-definition.ts';
import { readRequirements } from './pip-requirements.ts';
import { type PythonWish, parsePythonWish } from './python-wish.ts';

/** Members of a conda environment file; `prefix` is where it lay for whoever exported it, and means nothing here. */
const KNOWN = new Set(['name', 'channels', 'dependencies', 'variables', 'prefix']);

/** Aliases may be resolved this often: a file that grows when it is read is no environment. */
const MAX_ALIASES = 100;

interface Dependencies {
  /** Each with where it stands. */
  readonly conda: readonly { readonly text: string; readonly field: string }[];
  readonly pip: readonly string[];
  readonly pipField: string;
}

/** Reads a conda environment file. With nothing but Python and pip in it, pip's packages are all there is to build. */
export function readCondaSpecification(text: string): Reading<PipPackages | CondaPackages> {
  const problems: FieldProblem[] = [];
  const members = readMembers(text, problems);
  const channels = textsOf(members['channels'], 'channels', problems);
  const dependencies = readDependencies(members['dependencies'], problems);
  const variables = readVariables(members['variables'], problems);
  const pip = readRequirements(dependencies.pip, (index) => `${dependencies.pipField}[${index}]`);
  const python = readPython(dependencies, problems);
  const unknown = Object.keys(members).filter((name) => !KNOWN.has(name));
  const packages = dependencies.conda.map(({ text: one }) => one).filter((one) => !isPythonOrPip(one));
  return {
    parsed:
      packages.length === 0
        ? { kind: 'pip', python, requirements: pip.lines, variables }
        : {
            kind: 'conda',
            python,
            packages,
            variables,
            specification: specificationOf(dependencies, channels, pip.lines),
          },
    problems: [...problems, ...pip.problems],
    warnings: [
      ...unknown.map((name) => `"${name}" is no member of a conda environment file and says nothing.`),
      ...pip.warnings,
    ],
  };
}

function readMembers(text: string, problems: FieldProblem[]): Readonly<Record<string, unknown>> {
  const document = parseDocument(text);
  for (const error of document.errors)
    problems.push({ field: '', message: `the file is no YAML: ${firstLine(error.message)}` });
  if (document.errors.length > 0) return {};
  if (isMap(document.contents)) return toPlain(() => document.toJS({ maxAliasCount: MAX_ALIASES }), problems);
  const what = isScalar(document.contents)
    ? `the one value ${JSON.stringify(document.contents.value)}`
    : 'a list';
  problems.push({
    field: '',
    message: `the file holds ${document.contents === null ? 'nothing' : what}, not a conda environment with "dependencies"`,
  });
  return {};
}

function toPlain(read: () => Record<string, unknown>, problems: FieldProblem[]): Record<string, unknown> {
  try {
    return read();
  } catch (thrown) {
    problems.push({ field: '', message: `the file is no YAML: ${firstLine((thrown as Error).message)}` });
    return {};
  }
}

function readDependencies(value: unknown, problems: FieldProblem[]): Dependencies {
  const conda: { text: string; field: string }[] = [];
  const pip: string[] = [];
  let pipField = 'dependencies.pip';
  if (!Array.isArray(value)) {
    if (problems.length === 0)
      problems.push({
        field: 'dependencies',
        message: 'must be a list such as ["python=3.11", {pip: ["numpy"]}]',
      });
    return { conda, pip, pipField };
  }
  value.forEach((entry: unknown, index) => {
    const field = `dependencies[${index}]`;
    if (typeof entry === 'string') {
      conda.push({ text: entry.trim(), field });
    } else if (isPipMap(entry)) {
      pipField = `${field}.pip`;
      pip.push(...textsOf(entry.pip, pipField, problems));
    } else {
      problems.push({ field, message: 'must be a package, such as "python=3.11", or {pip: [packages]}' });
    }
  });
  return { conda, pip, pipField };
}

function isPipMap(value: unknown): value is { readonly pip: unknown } {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'pip';
}

function textsOf(value: unknown, field: string, problems: FieldProblem[]): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  problems.push({ field, message: 'must be a list of texts' });
  return [];
}

function readVariables(value: unknown, problems: FieldProblem[]): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
  }
  problems.push({ field: 'variables', message: 'must be a map of names to texts' });
  return {};
}

/** Channel, name, and what is said of the version. */
const CONDA_PACKAGE = /^(?:[^\s:]+::)?([A-Za-z0-9._-]+)\s*(.*)$/;

function isPythonOrPip(text: string): boolean {
  const name = CONDA_PACKAGE.exec(text)?.[1];
  return name === 'python' || name === 'pip';
}

function readPython({ conda }: Dependencies, problems: FieldProblem[]): PythonWish | null {
  for (const { text, field } of conda) {
    const [, name, said = ''] = CONDA_PACKAGE.exec(text) ?? [];
    if (name === undefined)
      problems.push({ field, message: `"${text}" does not begin with the name of a package` });
    if (name !== 'python' || said === '') continue;
    // `python=3.6.2=h02fb82a_12` names a build too, which only conda has.
    const wish = parsePythonWish(said.replace(/^(=[0-9.]+)=[^=].*$/, '$1'));
    if (wish !== undefined) return wish;
    problems.push({
      field,
      message: `"${text}" does not say a version of Python, such as "python=3.11" or "python>=3.9,<3.12"`,
    });
  }
  return null;
}

/** The environment file for a tool of conda: what was given, with pip's packages as pip takes them. */
function specificationOf(
  { conda }: Dependencies,
  channels: readonly string[],
  pip: readonly string[],
): string {
  const packages = conda.map(({ text }) => text);
  if (!packages.some((text) => /^(?:[^\s:]+::)?python\b/.test(text))) packages.unshift('python');
  if (pip.length === 0) return stringify({ channels, dependencies: packages });
  if (!packages.some((text) => /^(?:[^\s:]+::)?pip\b/.test(text))) packages.push('pip');
  return stringify({ channels, dependencies: [...packages, { pip }] });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/:$/, '') ?? '';
}
