import type { FieldProblem } from '../../resources/field-problems.ts';
import type { PythonWish } from './python-wish.ts';

/** Packages from an index of Python packages alone. */
export interface PipPackages {
  readonly kind: 'pip';
  /** `null`: any that the host of entry scripts runs on. */
  readonly python: PythonWish | null;
  /** Lines of a requirements file, options first among them as they were given. */
  readonly requirements: readonly string[];
  /** Variables that processes in it find in their environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Packages of conda, and perhaps of pip among them. */
export interface CondaPackages {
  readonly kind: 'conda';
  readonly python: PythonWish | null;
  /** What needs conda: their specifications as they were given. */
  readonly packages: readonly string[];
  /** The environment file for the tool, as YAML. */
  readonly specification: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface NpmPackages {
  readonly kind: 'npm';
  readonly packageJson: string;
  readonly packageLock: string | null;
  readonly allowScripts: boolean;
}

/** A Python that somebody else looks after. */
export interface OwnInterpreter {
  readonly kind: 'interpreter';
  readonly path: string;
}

/** What a definition asks for, in the form that it is built from. */
export type ParsedDefinition = PipPackages | CondaPackages | NpmPackages | OwnInterpreter;

/** A definition with what was noticed while it was read: problems refuse it, warnings are told. */
export interface Reading<T extends ParsedDefinition = ParsedDefinition> {
  readonly parsed: T;
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly string[];
}
