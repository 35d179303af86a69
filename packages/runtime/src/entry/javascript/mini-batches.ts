import { elementJson, elements, NoAnswer } from './encode-json.ts';
import type { ThreadRequest } from './messages.ts';
import { type Reply, refusal } from './write-answer.ts';

/** Items for `run`: paths of files, or rows. */
export type Items = readonly unknown[];

/** Digits of which a whole number may have more than a number of JavaScript holds. */
const MANY_DIGITS = /[0-9]{16}/;

/** The most characters of a message to the job. */
const MAX_MESSAGE = 2_000;

const LINE_ENDS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\0': '\\0' };

/** The items of a mini-batch, as the job sends it. Whole numbers that a number cannot hold become `BigInt`s. */
export function readMiniBatch({ body }: Pick<ThreadRequest, 'body'>): Items {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const told = JSON.parse(text, MANY_DIGITS.test(text) ? keepDigits : undefined) as {
    readonly files?: Items;
    readonly rows?: Items;
  };
  return told.files ?? told.rows ?? [];
}

/** What a job is answered: the number of results, and a line for each. Throws `NoAnswer` if they are none. */
export function writeResults(result: unknown, given: number, keepsResults: boolean): Reply {
  if (!isList(result)) {
    throw new NoAnswer(
      `run() returned ${described(result)}, but it must return an array with one element for each item that succeeded.`,
    );
  }
  if (result.length > given) {
    throw new NoAnswer(
      `run() returned ${result.length} elements for ${given} items: return one for each item that succeeded.`,
    );
  }
  const all = Array.isArray(result) ? result : elements(result as ArrayLike<number>, 'result');
  const lines = Array.from(all, (element, index) => `${lineOf(element, `result[${index}]`)}\n`);
  const answer = { succeeded: lines.length, text: keepsResults ? lines.join('') : '' };
  const body = new TextEncoder().encode(JSON.stringify(answer));
  return { status: 200, headers: [], execMs: null, functionFailed: false, body };
}

/** Tells a job why a mini-batch has no results. */
export function miniBatchFailed(message: string): Reply {
  return refusal(500, message.slice(0, MAX_MESSAGE), true);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isExact = typeof value !== 'number' || Number.isSafeInteger(value);
  return !isExact && context?.source !== undefined && /^-?[0-9]+$/.test(context.source)
    ? BigInt(context.source)
    : value;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function lineOf(element: unknown, path: string): string {
  if (typeof element !== 'string') return elementJson(element, path);
  return element.replaceAll(/[\n\r\0]/g, (end) => LINE_ENDS[end] ?? end);
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : `a ${typeof value}`;
}
