import { SlipwayError } from './errors.ts';

interface NameRule {
  readonly pattern: RegExp;
  readonly message: string;
}

const RULES = {
  model: {
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-._]{0,254}$/,
    message:
      'the model name is invalid: it must only consist of letters, numbers, dashes, periods, or underscores, start with a letter or number, and be between 1 and 255 characters long',
  },
  service: {
    pattern: /^[a-z](?=.{2,31}$)[-a-z0-9]*[a-z0-9]$/,
    message:
      'the service name is invalid: it must only consist of lowercase letters, numbers, or dashes, start with a letter, end with a letter or number, and be between 3 and 32 characters long',
  },
  workspace: {
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]{1,31}$/,
    message:
      'the workspace name is invalid: it must only consist of letters, numbers, dashes, or underscores, start with a letter or number, and be between 2 and 32 characters long',
  },
  environment: {
    pattern: /^(?!AzureML)[a-zA-Z0-9][a-zA-Z0-9\-._]{0,254}$/,
    message:
      'the environment name is invalid: it must only consist of letters, numbers, dashes, periods, or underscores, start with a letter or number, be between 1 and 255 characters long, and not begin with "AzureML", which is reserved',
  },
  compute: {
    pattern: /^[a-zA-Z](?=.{2,23}$)[-a-zA-Z0-9]*[a-zA-Z0-9]$/,
    message:
      'the compute target name is invalid: it must only consist of letters, numbers, or dashes, start with a letter, end with a letter or number, and be between 3 and 24 characters long',
  },
} as const satisfies Record<string, NameRule>;

/** The kinds of thing that a person names. */
export type NamedKind = keyof typeof RULES;

/** The pattern of a kind's names, for schemas. */
export function namePattern(kind: NamedKind): string {
  return RULES[kind].pattern.source;
}

/** What a kind's names must be like, in words. */
export function nameRule(kind: NamedKind): string {
  return RULES[kind].message;
}

/** Returns `name` if it is a good name for its kind, else throws `invalid_argument` naming `field`. */
export function checkName(kind: NamedKind, name: string, field = 'name'): string {
  const rule = RULES[kind];
  if (rule.pattern.test(name)) return name;
  throw new SlipwayError('invalid_argument', `${field} "${name}": ${rule.message}.`, { details: { field } });
}

/** The name of something that has versions, with the version, if one was given. */
export interface VersionedName {
  readonly name: string;
  readonly version: number | undefined;
}

/** Reads `name` or `name:version`; throws `invalid_argument` if either part is malformed. */
export function parseVersionedName(
  kind: 'model' | 'environment',
  text: string,
  field: string = kind,
): VersionedName {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { name: checkName(kind, text, field), version: undefined };
  const version = text.slice(colon + 1);
  if (!/^[1-9][0-9]{0,8}$/.test(version)) {
    throw new SlipwayError(
      'invalid_argument',
      `${field} "${text}": the version after the colon must be a whole number from 1.`,
      { details: { field } },
    );
  }
  return { name: checkName(kind, text.slice(0, colon), field), version: Number(version) };
}

/** Reads the `name` or `name:version` of a model; throws `invalid_argument` if either part is malformed. */
export function parseModelReference(text: string, field?: string): VersionedName {
  return parseVersionedName('model', text, field);
}

/** The id of a model version: `name:version`. */
export function modelId(name: string, version: number): string {
  return `${name}:${version}`;
}

/** True if `path` is a relative file path that stays inside its folder on every system. */
export function isSafeRelativePath(path: string): boolean {
  if (path.length === 0 || path.length > 1024 || path.includes('\0') || path.includes('\\')) return false;
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255);
}
