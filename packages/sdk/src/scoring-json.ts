/**
 * JSON as services read and write it: what plain JSON cannot say of a number stands in it as the bare words `NaN`,
 * `Infinity` and `-Infinity`, and 64-bit integers stand with all their digits.
 */

/** Numbers of plain JSON that stand for the words while plain JSON is read or written; nobody else writes them so. */
const MARK_OF: Readonly<Record<string, string>> = {
  NaN: '-0e-999',
  Infinity: '1e999',
  '-Infinity': '-1e999',
};

const WORD_OF = Object.fromEntries(Object.entries(MARK_OF).map(([word, mark]) => [mark, word]));

/** With what begins and ends a string, and what in it does not. */
const WORDS = /\\.|"|NaN|-?Infinity/gs;
const MARKS = /\\.|"|-0e-999|-?1e999/gs;

/** Words, or integers too long to be exact as numbers. Few answers hold any, and the others are read faster. */
const IS_UNUSUAL = /NaN|Infinity|(?<![\d.])\d{16}/;

const INTEGER = /^-?\d+$/;

/** Reads a service's JSON. An integer that is not exact as a number becomes a `bigint`. Throws `SyntaxError`. */
export function parseScoringJson(text: string): unknown {
  if (!IS_UNUSUAL.test(text)) return JSON.parse(text);
  const plain = replaceNumbers(text, WORDS, MARK_OF);
  return JSON.parse(plain, revive as (key: string, value: unknown) => unknown);
}

function revive(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  if (source === MARK_OF['NaN']) return Number.NaN;
  return !Number.isSafeInteger(value) && INTEGER.test(source) ? BigInt(source) : value;
}

/** JSON for a service: `bigint`s with all their digits, the words, and typed arrays as arrays. */
export function formatScoringJson(value: unknown, indent?: number): string {
  const text: string | undefined = JSON.stringify(value, toPlain, indent);
  return text === undefined ? '' : replaceNumbers(text, MARKS, WORD_OF);
}

/** Puts others in the place of some numbers, but leaves strings as they are. */
function replaceNumbers(text: string, pattern: RegExp, others: Readonly<Record<string, string>>): string {
  let inString = false;
  return text.replace(pattern, (found) => {
    if (found === '"') inString = !inString;
    return inString ? found : (others[found] ?? found);
  });
}

function toPlain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJson(String(value));
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : rawJson(MARK_OF[String(value)] ?? '');
  return ArrayBuffer.isView(value) && Symbol.iterator in value
    ? Array.from(value as Iterable<unknown>)
    : value;
}

/** A number that `JSON.stringify` writes as it stands here. */
function rawJson(text: string): unknown {
  return (JSON as typeof JSON & { readonly rawJSON: (text: string) => unknown }).rawJSON(text);
}
