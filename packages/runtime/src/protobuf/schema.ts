/** A type of the format that is no message and no enumeration. */
export type ScalarType =
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float'
  | 'double'
  | 'string'
  | 'bytes';

/** Names and numbers of an enumeration; the one with number 0 is the default. */
export interface EnumSchema<Name extends string = string> {
  readonly kind: 'enum';
  readonly name: string;
  readonly numbers: Readonly<Record<Name, number>>;
}

/** A message: its full name, and its fields under the names that our data have. */
export interface MessageSchema<F extends Fields = Fields> {
  readonly kind: 'message';
  readonly name: string;
  readonly fields: F;
}

/** The fields of a message; a key is the field's name in the .proto file in camel case. */
export type Fields = Readonly<Record<string, FieldSchema>>;

/** What the tables say of a field. */
export interface FieldSchema {
  readonly number: number;
  readonly type: ScalarType | EnumSchema | MessageSchema;
  /** `one` is absent when it has its default value, `optional` only when it is not there. */
  readonly label: 'one' | 'optional' | 'repeated' | 'map';
  readonly oneof?: string | undefined;
  /** 64-bit numbers are bigints; else numbers, and those beyond 2^53 are refused. */
  readonly exact?: boolean;
}

/** A field with the type it is read as, and the type it is written from. */
export interface Field<Read, Written = Read> extends FieldSchema {
  readonly types?: { readonly read: Read; readonly written: Written };
}

/** The data that a message is read as. */
export type MessageOf<S> =
  S extends MessageSchema<infer F>
    ? { readonly [K in keyof F]: F[K] extends Field<infer Read, infer _> ? Read : never }
    : never;

/** The data that a message is written from: what is left out has its default value. */
export type MessageInit<S> =
  S extends MessageSchema<infer F>
    ? { readonly [K in keyof F]?: F[K] extends Field<infer _, infer Written> ? Written | undefined : never }
    : never;

/** The table of a message. */
export function message<const F extends Fields>(name: string, fields: F): MessageSchema<F> {
  return { kind: 'message', name, fields };
}

/** The table of an enumeration. */
export function enumeration<Name extends string>(
  name: string,
  numbers: Readonly<Record<Name, number>>,
): EnumSchema<Name> {
  return { kind: 'enum', name, numbers };
}

function scalar<T>(type: ScalarType, exact = false): (number: number) => Field<T> {
  return (number) => ({ number, type, label: 'one', exact });
}

export const bool = scalar<boolean>('bool');
export const int32 = scalar<number>('int32');
export const uint32 = scalar<number>('uint32');
export const float = scalar<number>('float');
export const double = scalar<number>('double');
export const string = scalar<string>('string');
export const bytes = scalar<Uint8Array>('bytes');

/** 64-bit numbers that are counts, sizes or ids, and far below 2^53. */
export const int64 = scalar<number>('int64');
export const uint64 = scalar<number>('uint64');

/** 64-bit numbers of which every bit counts. */
export const exactInt64 = scalar<bigint>('int64', true);
export const exactUint64 = scalar<bigint>('uint64', true);

/** A field that holds one of an enumeration's names. */
export function oneOf<Name extends string>(number: number, type: EnumSchema<Name>): Field<Name> {
  return { number, type, label: 'one' };
}

/** A field that holds another message; `undefined` if it does not. */
export function nested<S extends MessageSchema>(
  number: number,
  type: S,
): Field<MessageOf<S> | undefined, MessageInit<S> | undefined> {
  return { number, type, label: 'optional' };
}

/** A field of which it can be told whether it was sent: `undefined` if it was not. */
export function optional<R, W>(field: Field<R, W>): Field<R | undefined, W | undefined> {
  return { number: field.number, type: field.type, label: 'optional', exact: field.exact ?? false };
}

/** A member of a oneof: `undefined` if another one was sent, or none. */
export function member<R, W>(oneof: string, field: Field<R, W>): Field<R | undefined, W | undefined> {
  return { ...optional(field), oneof };
}

/** A field that may come many times. */
export function repeated<R, W>(
  field: Field<R, W>,
): Field<readonly NonNullable<R>[], readonly NonNullable<W>[]> {
  return { number: field.number, type: field.type, label: 'repeated', exact: field.exact ?? false };
}

/** A map from texts. */
export function map<R, W>(
  field: Field<R, W>,
): Field<ReadonlyMap<string, NonNullable<R>>, ReadonlyMap<string, NonNullable<W>>> {
  return { number: field.number, type: field.type, label: 'map', exact: field.exact ?? false };
}
