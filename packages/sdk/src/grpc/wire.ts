import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { brokenAnswer } from '../prediction/elements.ts';

/** Reads one field, whose tag was read, into what its message becomes. */
export type FieldReader<T> = (reader: BinaryReader, into: T, wireType: WireType) => void;

/** The fields of a message by their numbers; others are skipped. */
export type FieldReaders<T> = Readonly<Record<number, FieldReader<T>>>;

/** Reads a message. Throws `internal` if it is none. */
export function readMessage<T>(bytes: Uint8Array, into: T, fields: FieldReaders<T>): T {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      const read = fields[number];
      if (read === undefined) reader.skip(wireType, number);
      else read(reader, into, wireType);
    }
    return into;
  } catch (cause) {
    throw brokenAnswer('It is no valid protobuf message.', cause);
  }
}

interface Entry {
  key: string;
  value: Uint8Array;
}

/** Reads an entry of a map from texts to messages. */
export function readEntry(reader: BinaryReader): Entry {
  return readMessage<Entry>(reader.bytes(), { key: '', value: new Uint8Array(0) }, ENTRY);
}

const ENTRY: FieldReaders<Entry> = {
  1: (reader, into) => {
    into.key = reader.string();
  },
  2: (reader, into) => {
    into.value = reader.bytes();
  },
};

/** Reads the numbers of a repeated field, packed or one by one. */
export function readNumbers<T>(
  reader: BinaryReader,
  wireType: WireType,
  readOne: (reader: BinaryReader) => T,
  into: T[],
): void {
  if (wireType !== WireType.LengthDelimited) {
    into.push(readOne(reader));
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  while (packed.pos < packed.len) into.push(readOne(packed));
}

/** Writes a message by what `write` puts into it. */
export function writeMessage(write: (writer: BinaryWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** Puts a message as a field. */
export function putMessage(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

/** Puts text as a field; none where it is empty, as the format asks. */
export function putText(writer: BinaryWriter, field: number, text: string): void {
  if (text !== '') writer.tag(field, WireType.LengthDelimited).string(text);
}

/** Puts bytes as a field. */
export function putBytes(writer: BinaryWriter, field: number, bytes: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);
}

/** Puts whole numbers as a field, packed. */
export function putIntegers(writer: BinaryWriter, field: number, numbers: readonly number[]): void {
  if (numbers.length === 0) return;
  putMessage(writer, field, (inner) => {
    for (const number of numbers) inner.int64(BigInt(number));
  });
}

/** A size or a number, which is far below 2^53. */
export function readSafeInteger(reader: BinaryReader): number {
  return Number(reader.int64());
}

/** A number of 64 bits with all of them. */
export function readLong(reader: BinaryReader): bigint {
  return BigInt(reader.int64());
}

/** The same without a sign. */
export function readUnsignedLong(reader: BinaryReader): bigint {
  return BigInt(reader.uint64());
}
