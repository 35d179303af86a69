import type { SlipwayError } from '@slipway/contract';
import {
  decodeWith,
  nextField,
  readBool,
  readBytes,
  readDouble,
  readFloat,
  readInt32,
  readInt64,
  readMessage,
  readSafeInt64,
  readSafeUint64,
  readString,
  readUint32,
  readUint64,
  skipField,
  startBytes,
  WIRE,
  type WireReader,
  wrong,
} from './reader.ts';
import type { EnumSchema, FieldSchema, MessageOf, MessageSchema, ScalarType } from './schema.ts';

type Values = Record<string, unknown>;
type ReadValue = (reader: WireReader, name: string) => unknown;

interface FieldReader {
  readonly name: string;
  readonly field: FieldSchema;
  readonly read: ReadValue;
}

/** How a message is read: made once for each table. */
interface MessageReader {
  readonly byNumber: ReadonlyMap<number, FieldReader>;
  readonly all: readonly FieldReader[];
}

const READERS: Readonly<Record<ScalarType, ReadValue>> = {
  bool: readBool,
  int32: readInt32,
  uint32: readUint32,
  int64: readSafeInt64,
  uint64: readSafeUint64,
  float: readFloat,
  double: readDouble,
  string: readString,
  bytes: readBytes,
};

const messageReaders = new WeakMap<MessageSchema, MessageReader>();

/**
 * Reads a message by its table. Fields that the table does not have are skipped; of a field that should come once, the
 * last one counts. The error is `invalid_argument`, as `decodeWith` makes it.
 */
export function decodeMessage<S extends MessageSchema>(
  schema: S,
  bytes: Uint8Array,
): MessageOf<S> | SlipwayError {
  return decodeWith(bytes, (reader) => readFields(reader, schema));
}

/** Reads a message by its table from a reader that stands inside it. */
export function readFields<S extends MessageSchema>(reader: WireReader, schema: S): MessageOf<S> {
  const { byNumber, all } = messageReader(schema);
  const values: Values = {};
  for (const { name, field } of all) values[name] = defaultValue(field);
  while (nextField(reader)) {
    const found = byNumber.get(reader.field);
    if (found === undefined) skipField(reader);
    else readField(reader, found, values, all);
  }
  // The table, from which the type is made, says what each value is.
  return values as MessageOf<S>;
}

function messageReader(schema: MessageSchema): MessageReader {
  const known = messageReaders.get(schema);
  if (known !== undefined) return known;
  const all = Object.entries(schema.fields).map(([name, field]) => {
    return { name, field, read: valueReader(field) };
  });
  const made = { all, byNumber: new Map(all.map((reader) => [reader.field.number, reader])) };
  messageReaders.set(schema, made);
  return made;
}

function valueReader({ type, exact }: FieldSchema): ReadValue {
  if (typeof type === 'string') {
    if (exact !== true) return READERS[type];
    return type === 'int64' ? readInt64 : readUint64;
  }
  if (type.kind === 'enum') return (reader, name) => readEnum(reader, name, type);
  const read = (reader: WireReader) => readFields(reader, type);
  return (reader, name) => readMessage(reader, name, read);
}

function readEnum(reader: WireReader, name: string, { numbers, name: enumName }: EnumSchema): string {
  const number = readInt32(reader, name);
  const entry = Object.entries(numbers).find(([, other]) => other === number);
  if (entry === undefined) throw wrong(reader, `${enumName} has no number ${number}`, name);
  return entry[0];
}

function readField(
  reader: WireReader,
  { name, field, read }: FieldReader,
  values: Values,
  all: readonly FieldReader[],
): void {
  if (field.label === 'repeated') readRepeated(reader, name, field, read, values[name] as unknown[]);
  else if (field.label === 'map') readEntry(reader, name, field, read, values[name] as Map<string, unknown>);
  else {
    if (field.oneof !== undefined) clearOneof(field.oneof, values, all);
    values[name] = read(reader, name);
  }
}

function clearOneof(oneof: string, values: Values, all: readonly FieldReader[]): void {
  for (const { name, field } of all) if (field.oneof === oneof) values[name] = undefined;
}

function readRepeated(
  reader: WireReader,
  name: string,
  field: FieldSchema,
  read: ReadValue,
  into: unknown[],
): void {
  const wireType = packedWireType(field);
  if (wireType === undefined || reader.wireType !== WIRE.bytes) {
    into.push(read(reader, name));
    return;
  }
  const outerEnd = reader.end;
  reader.end = startBytes(reader, name);
  reader.wireType = wireType;
  while (reader.offset < reader.end) into.push(read(reader, name));
  reader.end = outerEnd;
}

/** How the elements of a packed field lie; `undefined` for types that are never packed. */
function packedWireType({ type }: FieldSchema): number | undefined {
  if (typeof type !== 'string') return type.kind === 'enum' ? WIRE.varint : undefined;
  if (type === 'string' || type === 'bytes') return undefined;
  if (type === 'float') return WIRE.fixed32;
  return type === 'double' ? WIRE.fixed64 : WIRE.varint;
}

function readEntry(
  reader: WireReader,
  name: string,
  field: FieldSchema,
  read: ReadValue,
  into: Map<string, unknown>,
): void {
  readMessage(reader, name, () => {
    let key = '';
    let value: unknown = missingValue(field);
    while (nextField(reader)) {
      if (reader.field === 1) key = readString(reader, 'key');
      else if (reader.field === 2) value = read(reader, 'value');
      else skipField(reader);
    }
    into.set(key, value);
  });
}

function defaultValue(field: FieldSchema): unknown {
  if (field.label === 'optional') return undefined;
  if (field.label === 'repeated') return [];
  return field.label === 'map' ? new Map<string, unknown>() : missingValue(field);
}

/** The value of a field that is not there. */
export function missingValue({ type, exact }: FieldSchema): unknown {
  if (typeof type !== 'string') return type.kind === 'enum' ? firstName(type) : emptyMessage(type);
  if (type === 'string') return '';
  if (type === 'bytes') return new Uint8Array(0);
  if (type === 'bool') return false;
  return exact === true ? 0n : 0;
}

function emptyMessage(schema: MessageSchema): Values {
  const { all } = messageReader(schema);
  return Object.fromEntries(all.map(({ name, field }) => [name, defaultValue(field)]));
}

function firstName({ numbers }: EnumSchema): string | undefined {
  return Object.entries(numbers).find(([, number]) => number === 0)?.[0];
}
