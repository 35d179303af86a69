import { GraphError } from '../../graph-error.ts';

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | Fields;

/** An object of JSON. */
export interface Fields {
  readonly [name: string]: Json | undefined;
}

/** A configuration breaks a rule of Keras. */
export function brokenConfig(where: string, what: string): GraphError {
  return new GraphError('invalid_graph', `${where}: ${what} Save the model again with Keras.`);
}

/** The value as an object. Throws `GraphError`. */
export function fieldsOf(value: Json | undefined, where: string): Fields {
  if (isFields(value)) return value;
  throw brokenConfig(where, 'Its configuration is no object.');
}

export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list. Throws `GraphError`. */
export function listOf(value: Json | undefined, where: string): readonly Json[] {
  if (isList(value)) return value;
  throw brokenConfig(where, 'Its configuration has no list where there is to be one.');
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value as a string. Throws `GraphError`. */
export function textOf(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw brokenConfig(where, 'Its configuration has no text where there is to be one.');
}

/** The value as a whole number, not negative. Throws `GraphError`. */
export function countOf(value: Json | undefined, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw brokenConfig(where, 'Its configuration has no number where there is to be one.');
}
