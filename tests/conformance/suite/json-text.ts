import { isUtf8 } from 'node:buffer';
import type { Datatype } from '@slipway/contract';
import { elementFromText, numberOf, type WireTensor } from './elements.ts';

/** JSON whose numbers are kept as they are written, so that nothing is lost before it is compared. */
export type JsonValue = null | boolean | string | NumberText | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** The text of a number. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Within a string, begins the words that are no standard JSON. No answer has a string that begins so. */
const MARK = '\u0000';

const STRINGS_AND_WORDS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** Reads JSON in which `NaN`, `Infinity` and `-Infinity` may stand bare. */
export function parseJson(text: string): JsonValue {
  const standard = text.replace(STRINGS_AND_WORDS, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );
  return JSON.parse(standard, (_key, value, context?: { source?: string }) => {
    if (typeof value === 'number') return new NumberText(context?.source ?? String(value));
    return typeof value === 'string' && value.startsWith(MARK) ? new NumberText(value.slice(1)) : value;
  });
}

/** The member of an object; complains if there is no object. */
export function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return asObject(value)[key];
}

/** An object, or a complaint that it is none. */
export function asObject(value: JsonValue | undefined): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !(value instanceof NumberText);
  if (isObject && !Array.isArray(value)) return value as JsonObject;
  throw new Error(`Expected an object in the answer, found ${JSON.stringify(value)}.`);
}

/** An array, or a complaint that it is none. */
export function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new Error(`Expected an array in the answer, found ${JSON.stringify(value)}.`);
}

/** A string, or a complaint that it is none. */
export function asText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`Expected a string in the answer, found ${JSON.stringify(value)}.`);
}

/** A number that counts something, or a complaint. */
export function asCount(value: JsonValue | undefined): number {
  if (value instanceof NumberText) return Number(value.text);
  throw new Error(`Expected a number in the answer, found ${JSON.stringify(value)}.`);
}

/** How JSON says one element. */
export type ElementWriter = (datatype: Datatype, element: Buffer) => string;

/** Numbers and truths as words, bytes as a string if they are UTF-8, else as `{"b64": …}`. */
export function elementText(datatype: Datatype, element: Buffer): string {
  if (datatype === 'BYTES') return isUtf8(element) ? JSON.stringify(element.toString()) : base64Text(element);
  const value = numberOf(datatype, element);
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** Bytes as `{"b64": …}`. */
export function base64Text(element: Buffer): string {
  return JSON.stringify({ b64: element.toString('base64') });
}

/** A tensor as nested arrays; a scalar is bare. */
export function nestedText(tensor: WireTensor, write: ElementWriter = elementText): string {
  return nest(elementTexts(tensor, write), tensor.shape);
}

/** The elements of a tensor, each as JSON says it. */
export function elementTexts(
  { datatype, elements }: WireTensor,
  write: ElementWriter = elementText,
): string[] {
  return elements.map((element) => write(datatype, element));
}

/** Arranges texts by a shape. */
export function nest(texts: readonly string[], shape: readonly number[]): string {
  const [size, ...inner] = shape;
  if (size === undefined) return texts[0] ?? '';
  return `[${cut(texts, size, inner)
    .map((part) => nest(part, inner))
    .join(',')}]`;
}

/** `size` runs of texts, each of them of the shape `inner`. */
export function cut(texts: readonly string[], size: number, inner: readonly number[]): string[][] {
  const step = inner.reduce((product, one) => product * one, 1);
  return Array.from({ length: size }, (_, index) => texts.slice(index * step, (index + 1) * step));
}

/** The tensor that nested arrays show. Below an axis of size 0 nothing can be seen: its shape ends there. */
export function readNested(name: string, datatype: Datatype, value: JsonValue | undefined): WireTensor {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at); at = at[0]) shape.push(at.length);
  const flat: JsonValue[] = [];
  flatten(value, flat);
  return { name, datatype, shape, elements: flat.map((one) => elementFromJson(datatype, one)) };
}

function flatten(value: JsonValue | undefined, into: JsonValue[]): void {
  if (Array.isArray(value)) for (const one of value) flatten(one, into);
  else if (value !== undefined) into.push(value);
}

/** The bytes of an element of an answer. */
export function elementFromJson(datatype: Datatype, value: JsonValue): Buffer {
  if (value instanceof NumberText) return elementFromText(datatype, value.text);
  if (typeof value === 'object') return Buffer.from(asText(member(value, 'b64')), 'base64');
  return elementFromText(datatype, String(value));
}
