/** A version of Python: major, minor, patch. */
export type PythonVersion = readonly [major: number, minor: number, patch: number];

/** The host of entry scripts (`python/slipway_entry`) runs on this one and later ones. */
export const OLDEST_PYTHON: PythonVersion = [3, 8, 0];

interface Clause {
  readonly operator: '=' | '!=' | '>=' | '<=' | '>' | '<' | '~=';
  /** One to three numbers; what is not given is not compared by `=`, and 0 for the others. */
  readonly parts: readonly number[];
}

/** Which versions of Python a definition takes. */
export interface PythonWish {
  /** As it was written: `=3.11`, `>=3.9,<3.12`. */
  readonly text: string;
  readonly clauses: readonly Clause[];
}

const CLAUSE = /^(===|==|=|!=|>=|<=|>|<|~=)?\s*([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})(?:\.\*|\*)?$/;

/**
 * Reads a version as conda and pip write it: clauses parted by commas. `=`, `==` and a bare version compare the numbers
 * that are given, so that `3.11` takes every 3.11.x and `3.11.7` only itself. `undefined` if it is no such text.
 */
export function parsePythonWish(text: string): PythonWish | undefined {
  const clauses = text.split(',').map((part) => parseClause(part.trim()));
  return clauses.every((clause) => clause !== undefined) ? { text, clauses } : undefined;
}

function parseClause(text: string): Clause | undefined {
  const [, operator = '=', version] = CLAUSE.exec(text) ?? [];
  if (version === undefined) return undefined;
  const parts = version.split('.').map(Number);
  if (operator === '==' || operator === '===') return { operator: '=', parts };
  return { operator: operator as Clause['operator'], parts };
}

/** True if a version is among those that are wished for. */
export function takesPython({ clauses }: PythonWish, version: PythonVersion): boolean {
  return clauses.every((clause) => satisfies(clause, version));
}

function satisfies({ operator, parts }: Clause, version: PythonVersion): boolean {
  const order = comparePythons(version, [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0]);
  switch (operator) {
    case '=':
      return hasPrefix(version, parts);
    case '!=':
      return !hasPrefix(version, parts);
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '~=':
      return order >= 0 && hasPrefix(version, parts.slice(0, -1));
  }
}

function hasPrefix(version: PythonVersion, parts: readonly number[]): boolean {
  return parts.every((part, index) => version[index] === part);
}

/** Below 0 if `a` is older than `b`. */
export function comparePythons(a: PythonVersion, b: PythonVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** `3.11.7` */
export function formatPython(version: PythonVersion): string {
  return version.join('.');
}
