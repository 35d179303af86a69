import type { EnumSchema, FieldSchema, MessageInit, MessageSchema, ScalarType } from './schema.ts';
import {
  type EncodedMessage,
  finishMessage,
  putBool,
  putBytes,
  putDouble,
  putFixedElements,
  putFloat,
  putInteger,
  putIntegerElements,
  putLong,
  putLongElements,
  putMessageStart,
  putString,
  startMessage,
  type WireWriter,
  writtenBytes,
} from './writer.ts';

type Values = Readonly<Record<string, unknown>>;

/** The fields of the messages that a map consists of. */
const MAP_KEY = 1;
const MAP_VALUE = 2;

const SCALAR_PUTTERS: Readonly<
  Record<ScalarType, (writer: WireWriter, field: number, value: never) => void>
> = {
  bool: putBool,
  int32: putInteger,
  uint32: putInteger,
  int64: putWhole,
  uint64: putWhole,
  float: putFloat,
  double: putDouble,
  string: putString,
  bytes: putBytes,
};

/** Writes a message by its table. Fields with their default values are left out, as the format asks. */
export function encodeMessage<S extends MessageSchema>(schema: S, value: MessageInit<S>): EncodedMessage {
  const writer = startMessage();
  putFields(writer, schema, value);
  return finishMessage(writer);
}

/** The same in one piece, for a message inside `bytes`. */
export function encodeToBytes<S extends MessageSchema>(schema: S, value: MessageInit<S>): Buffer {
  return Buffer.concat(encodeMessage(schema, value).chunks);
}

/** Puts the fields of a message by its table. */
export function putFields<S extends MessageSchema>(
  writer: WireWriter,
  schema: S,
  value: MessageInit<S>,
): void {
  const values = value as Values;
  for (const [name, field] of descending(schema)) putField(writer, field, values[name]);
}

const orders = new WeakMap<MessageSchema, readonly (readonly [string, FieldSchema])[]>();

/** The fields from the last to the first, for a writer that goes backwards. */
function descending(schema: MessageSchema): readonly (readonly [string, FieldSchema])[] {
  const known = orders.get(schema);
  if (known !== undefined) return known;
  const order = Object.entries(schema.fields).sort(([, one], [, other]) => other.number - one.number);
  orders.set(schema, order);
  return order;
}

function putField(writer: WireWriter, field: FieldSchema, value: unknown): void {
  if (value === undefined) return;
  if (field.label === 'repeated') putRepeated(writer, field, value as readonly unknown[]);
  else if (field.label === 'map') putMap(writer, field, value as ReadonlyMap<string, unknown>);
  else if (field.label === 'optional' || !isDefault(field, value)) putValue(writer, field, value);
}

function isDefault({ type }: FieldSchema, value: unknown): boolean {
  if (typeof type === 'object' && type.kind === 'enum') return enumNumber(type, value) === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  return value === '' || value === false || value === 0n || Object.is(value, 0);
}

function putRepeated(writer: WireWriter, field: FieldSchema, values: readonly unknown[]): void {
  if (values.length === 0) return;
  const { number, type, exact } = field;
  if (typeof type === 'object' || type === 'string' || type === 'bytes') {
    for (const value of values.toReversed()) putValue(writer, field, value);
  } else if (type === 'float') putFixedElements(writer, number, Float32Array.from(values as number[]));
  else if (type === 'double') putFixedElements(writer, number, Float64Array.from(values as number[]));
  else if (exact === true) putLongElements(writer, number, BigInt64Array.from(values as bigint[]));
  else putIntegerElements(writer, number, values.map(Number));
}

/** A map is a repeated message of a key and a value. */
function putMap(writer: WireWriter, field: FieldSchema, entries: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of [...entries].toReversed()) {
    const before = writtenBytes(writer);
    putValue(writer, { ...field, number: MAP_VALUE }, value);
    putString(writer, MAP_KEY, key);
    putMessageStart(writer, field.number, before);
  }
}

function putValue(writer: WireWriter, { number, type }: FieldSchema, value: unknown): void {
  if (typeof type === 'string') SCALAR_PUTTERS[type](writer, number, value as never);
  else if (type.kind === 'enum') putInteger(writer, number, enumNumber(type, value));
  else {
    const before = writtenBytes(writer);
    putFields(writer, type, value as Values);
    putMessageStart(writer, number, before);
  }
}

function putWhole(writer: WireWriter, number: number, value: number | bigint): void {
  if (typeof value === 'bigint') putLong(writer, number, value);
  else putInteger(writer, number, value);
}

function enumNumber({ numbers }: EnumSchema, name: unknown): number {
  return numbers[name as string] ?? 0;
}
