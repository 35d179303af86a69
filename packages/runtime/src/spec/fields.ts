/**
 * Reads the fields of a parsed JSON value that claims to be something. What is wrong is added to `problems`, each with
 * its path, and a harmless value is returned, so that one reading finds everything that is wrong.
 */
export interface Fields {
  /** True if there is such a field at all. */
  has(name: string): boolean;
  text(name: string): string;
  /** A list of texts; empty when it is absent. */
  textsOrNone(name: string): readonly string[];
  boolean(name: string): boolean;
  /** A whole number of at least `least`. */
  integer(name: string, least: number): number;
  integerOrNull(name: string, least: number): number | null;
  /** A list of whole numbers of at least `least`. */
  integers(name: string, least: number): readonly number[];
  /** A number above zero. */
  positive(name: string): number;
  /** A number from 0 to 1. */
  ratio(name: string): number;
  oneOf<T extends string>(name: string, allowed: readonly T[]): T;
  absolutePath(name: string): string;
  object(name: string): Fields;
  objects(name: string): readonly Fields[];
  /** Also an empty list. */
  objectsOrNone(name: string): readonly Fields[];
  /** An object whose values are texts. */
  textsByName(name: string): Readonly<Record<string, string>>;
  /** The fields as they stand, for what is checked by others. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** The fields of `value`, whose own path is `path`; empty for the outermost. */
export function readFields(value: unknown, path: string, problems: string[]): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const raw = isObject ? (value as Record<string, unknown>) : {};
  if (!isObject) problems.push(`${path === '' ? 'the file' : path} must be an object`);

  const pathOf = (name: string) => (path === '' ? name : `${path}.${name}`);
  const must = (name: string, rule: string) => {
    if (isObject) problems.push(`${pathOf(name)} must be ${rule}`);
  };

  function text(name: string): string {
    const found = raw[name];
    if (typeof found === 'string' && found !== '') return found;
    must(name, 'a text that is not empty');
    return '';
  }

  function integer(name: string, least: number): number {
    const found = raw[name];
    if (Number.isSafeInteger(found) && (found as number) >= least) return found as number;
    must(name, `a whole number of at least ${least}`);
    return least;
  }

  function objects(name: string, least: 0 | 1): readonly Fields[] {
    const found = raw[name];
    if (!Array.isArray(found) || found.length < least) {
      must(name, least === 0 ? 'a list' : 'a list with at least one member');
      return [];
    }
    return found.map((member, index) => readFields(member, `${pathOf(name)}[${index}]`, problems));
  }

  return {
    raw,
    has: (name) => raw[name] !== undefined,
    text,
    integer,
    textsOrNone(name) {
      const found = raw[name] ?? [];
      if (Array.isArray(found) && found.every((one) => typeof one === 'string')) return found;
      must(name, 'a list of texts');
      return [];
    },
    boolean(name) {
      const found = raw[name];
      if (typeof found !== 'boolean') must(name, 'true or false');
      return found === true;
    },
    integerOrNull: (name, least) => (raw[name] === null ? null : integer(name, least)),
    integers(name, least) {
      const found = raw[name];
      const isInteger = (one: unknown) => Number.isSafeInteger(one) && (one as number) >= least;
      if (Array.isArray(found) && found.every(isInteger)) return found;
      must(name, `a list of whole numbers of at least ${least}`);
      return [];
    },
    positive(name) {
      const found = raw[name];
      if (typeof found === 'number' && found > 0 && Number.isFinite(found)) return found;
      must(name, 'a number above zero');
      return 1;
    },
    ratio(name) {
      const found = raw[name];
      if (typeof found === 'number' && found >= 0 && found <= 1) return found;
      must(name, 'a number from 0 to 1');
      return 0;
    },
    oneOf<T extends string>(name: string, allowed: readonly T[]) {
      const found = allowed.find((one) => one === raw[name]);
      if (found === undefined) must(name, `one of ${allowed.join(', ')}`);
      return found ?? (allowed[0] as T);
    },
    absolutePath(name) {
      const found = text(name);
      if (found !== '' && !found.startsWith('/')) must(name, 'an absolute path');
      return found;
    },
    object: (name) => readFields(raw[name], pathOf(name), problems),
    objects: (name) => objects(name, 1),
    objectsOrNone: (name) => objects(name, 0),
    textsByName(name) {
      const found = raw[name];
      const isNamed = typeof found === 'object' && found !== null && !Array.isArray(found);
      if (isNamed && Object.values(found).every((one) => typeof one === 'string')) {
        return found as Readonly<Record<string, string>>;
      }
      must(name, 'an object whose values are texts');
      return {};
    },
  };
}

/** Freezes plain data all through. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
