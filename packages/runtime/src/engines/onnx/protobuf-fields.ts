// https://protobuf.dev/programming-guides/encoding/
import type { WindowedFile } from './windowed-file.ts';

/** A field of a protobuf message, as it lies in its file. */
export interface ProtobufField {
  readonly number: number;
  /** The number itself for a varint; 0 for other fields. Exact up to 2^53. */
  readonly value: number;
  /** Where the field's content begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** The bytes at `position` are no protobuf, or go on past the end of the message they are in. */
export class ProtobufError extends Error {
  readonly position: number;
  /** The message says it is longer than what holds it. */
  readonly cutShort: boolean;

  constructor(position: number, cutShort: boolean) {
    super(`no protobuf at byte ${position}`);
    this.position = position;
    this.cutShort = cutShort;
  }
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const MAX_VARINT_BYTES = 10;

/** The fields of the message between two positions, in their order. Throws `ProtobufError`. */
export function* readFields(file: WindowedFile, start: number, end: number): Generator<ProtobufField> {
  let position = start;
  while (position < end) {
    const tag = readVarint(file, position, end);
    const number = Math.floor(tag.value / 8);
    if (number === 0) throw new ProtobufError(position, false);
    const field = readContent(file, number, tag.value % 8, tag.end, end);
    if (field.end > end) throw new ProtobufError(position, true);
    yield field;
    position = field.end;
  }
}

function readContent(
  file: WindowedFile,
  number: number,
  wireType: number,
  start: number,
  limit: number,
): ProtobufField {
  switch (wireType) {
    case WIRE.varint: {
      const { value, end } = readVarint(file, start, limit);
      return { number, value, start, end };
    }
    case WIRE.fixed64:
      return { number, value: 0, start, end: start + 8 };
    case WIRE.fixed32:
      return { number, value: 0, start, end: start + 4 };
    case WIRE.bytes: {
      const length = readVarint(file, start, limit);
      return { number, value: 0, start: length.end, end: length.end + length.value };
    }
    default:
      throw new ProtobufError(start, false);
  }
}

function readVarint(file: WindowedFile, start: number, limit: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    if (start + index >= limit) throw new ProtobufError(start, true);
    const byte = file.byteAt(start + index);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: start + index + 1 };
    scale *= 128;
  }
  throw new ProtobufError(start, false);
}
