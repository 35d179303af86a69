import { isProxy } from 'node:util/types';

/** What `run` returned cannot be sent; the message says what it was, where it stands, and what to do. */
export class NoAnswer extends Error {}

/** Deeper than any result is meant to be; a stack holds it. */
const MAX_DEPTH = 1_000;

/** Digits that may do for a single, and those that always do. */
const SAFE_DIGITS = 6;
const ENOUGH_DIGITS = 9;

// https://github.com/tc39/proposal-json-parse-with-source, which the library of types does not have yet.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

export const { rawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
};

const ENCODER = new TextEncoder();

/**
 * A result as JSON. Typed arrays become arrays: singles in the fewest digits that tell them apart, 64-bit integers in all of theirs. Throws
 * `NoAnswer` for what JSON cannot say and `JSON.stringify` would leave out or change: NaN, BigInt, functions, maps, promises, cycles.
 */
export function encodeJson(result: unknown): Uint8Array {
  if (result === undefined) return ENCODER.encode('{}');
  return ENCODER.encode(JSON.stringify(plain(result, 'result', [])));
}

/** An element of a result as JSON text, under the same rules; `path` says where it stands. */
export function elementJson(value: unknown, path: string): string {
  if (value === undefined)
    throw refused(
      path,
      'undefined',
      'Return a value for each item that succeeded, and leave out the others.',
    );
  return JSON.stringify(plain(value, path, []));
}

/** The value with all that `JSON.stringify` would not write as meant in a form that it does. */
function plain(value: unknown, path: string, above: object[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw refused(path, String(value), 'Return null or a string for it.');
    case 'bigint':
      throw refused(path, 'a BigInt', 'Return Number(it), or String(it) where digits would be lost.');
    case 'object':
      return value === null ? null : plainObject(value, path, above);
    default:
      throw refused(path, `a ${typeof value}`, 'Call it, or leave it out.');
  }
}

function plainObject(value: object, path: string, above: object[]): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return elements(value as unknown as Elements, path);
  if (isRawJSON(value)) return value;
  const reason = unencodable(value);
  if (reason !== undefined) throw refused(path, ...reason);
  if (above.includes(value))
    throw refused(path, 'an object that holds itself', 'Return a copy without the cycle.');
  if (above.length > MAX_DEPTH)
    throw refused(path, `more than ${MAX_DEPTH} levels`, 'Return something flatter.');
  const inside = [...above, value];
  if (Array.isArray(value)) return plainArray(value, path, inside);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return plain(toJSON.call(value, ''), path, inside);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain(item, `${path}.${key}`, inside)]),
  );
}

/** Most arrays hold numbers alone, which stay as they are. */
function plainArray(values: readonly unknown[], path: string, inside: object[]): readonly unknown[] {
  if (values.every((value) => typeof value === 'number' && Number.isFinite(value))) return values;
  return values.map((value, index) => plain(value, `${path}[${index}]`, inside));
}

type Elements = ArrayLike<number | bigint>;

/** The elements of a typed array, each as JSON is to say it. */
export function elements(array: Elements, path: string): readonly unknown[] {
  return Array.from(array, (element, index) => {
    if (typeof element === 'bigint') return rawJSON(String(element));
    if (!Number.isFinite(element)) return plain(element, `${path}[${index}]`, []);
    return array instanceof Float32Array ? shortest(element) : element;
  });
}

/** The number of the fewest digits that is the same single: 0.1, and not 0.10000000149011612. */
export function shortest(single: number): number {
  if (Number.isInteger(single) || !Number.isFinite(single)) return single;
  for (let digits = SAFE_DIGITS; digits < ENOUGH_DIGITS; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(ENOUGH_DIGITS));
}

/** What an object is whose members do not say it, and what to do; `undefined` where they do. */
function unencodable(value: object): [what: string, advice: string] | undefined {
  if (isProxy(value)) return undefined;
  if (value instanceof Map) return ['a Map', 'Return Object.fromEntries(it).'];
  if (value instanceof Set) return ['a Set', 'Return [...it].'];
  if (value instanceof Promise) return ['a Promise', 'Await it.'];
  if (value instanceof Error) return ['an Error', 'Throw it, or return its message.'];
  if (value instanceof ArrayBuffer || value instanceof DataView)
    return ['a buffer', 'Return a Uint8Array of it.'];
  if (Array.isArray(value)) return undefined;
  const { next } = value as { next?: unknown };
  const isIterator = Symbol.iterator in value || Symbol.asyncIterator in value;
  if (isIterator && typeof next === 'function')
    return ['a generator', 'Return [...it]: an answer is sent as a whole.'];
  return undefined;
}

function refused(path: string, what: string, advice: string): NoAnswer {
  return new NoAnswer(`run() returned ${what} at ${path}, which JSON cannot say. ${advice}`);
}
