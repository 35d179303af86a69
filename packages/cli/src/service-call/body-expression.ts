import { isDeepStrictEqual } from 'node:util';

/** Fewer equal elements are quicker to read one by one. */
const MIN_REPEATED = 4;

/** A JSON value as an expression of JavaScript, with runs of equal elements in short: `{"data": [Array(784).fill(0)]}`. */
export function bodyExpression(value: unknown): string {
  if (Array.isArray(value)) {
    const [first] = value;
    return isRepeated(value)
      ? `Array(${value.length}).fill(${bodyExpression(first)})`
      : `[${value.map(bodyExpression).join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${keyOf(key)}: ${bodyExpression(member)}`);
  return `{${members.join(', ')}}`;
}

function isRepeated(values: readonly unknown[]): boolean {
  return values.length >= MIN_REPEATED && values.every((value) => isDeepStrictEqual(value, values[0]));
}

/** In brackets, the one key that would not make a member but set the prototype does make one. */
function keyOf(key: string): string {
  return key === '__proto__' ? `["${key}"]` : JSON.stringify(key);
}
