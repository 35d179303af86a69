import { parseScoringJson } from '../scoring-json.ts';
import { brokenAnswer } from './elements.ts';

/** An object of JSON, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON of an answer. Throws `internal` if it is none. */
export function parseAnswer(body: Uint8Array): unknown {
  try {
    return parseScoringJson(new TextDecoder().decode(body));
  } catch (cause) {
    throw brokenAnswer('It is not JSON.', cause);
  }
}

/** The value as an object, whose members must then be looked at. Throws `internal` if it is another. */
export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw brokenAnswer(`${what} is no object.`);
}

/** The value as a list. */
export function asList(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw brokenAnswer(`${what} is no list.`);
}

/** The value as text. */
export function asText(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw brokenAnswer(`${what} is no text.`);
}

/** The value if it is a list of texts: other servers have something else in its place. */
export function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

/** The value as a shape. */
export function asShape(value: unknown, what: string): number[] {
  return asList(value, what).map((size) => {
    if (Number.isSafeInteger(Number(size))) return Number(size);
    throw brokenAnswer(`${what} has a size that is no whole number.`);
  });
}
