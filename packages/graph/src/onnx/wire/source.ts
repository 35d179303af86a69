import { GraphError } from '../../graph-error.ts';
import type { OpenFile } from '../bytes.ts';
import type { ByteSink } from './sink.ts';

/** Bytes read at once. Elements are jumped over, so a file of gigabytes costs a few reads. */
const WINDOW_BYTES = 65_536;
const LONGEST_VARINT = 10;

/** Protobuf's numbers from a file, in order. All errors are `invalid_file`, with the path and the byte. */
export interface Source {
  readonly position: number;
  /** A number below 2^53. */
  varint(end: number): number;
  skipVarint(end: number): void;
  /** The length of what follows, which ends at `end` or before. */
  length(end: number): number;
  skip(bytes: number): void;
  readInto(offset: number, into: Uint8Array): void;
  copy(offset: number, length: number, sink: ByteSink): void;
}

export function createSource(file: OpenFile): Source {
  const window = new Uint8Array(Math.min(WINDOW_BYTES, file.source.size));
  let from = 0;
  let until = 0;
  let position = 0;

  const refuse = (at: number, why: string): never => {
    throw new GraphError('invalid_file', `${file.source.path}, byte ${at}: ${why}.`);
  };
  const byte = (end: number): number => {
    if (position >= end)
      refuse(position, 'a message ends in the middle of a field; the file is cut, or no ONNX');
    if (position < from || position >= until) {
      const length = Math.min(window.length, file.source.size - position);
      file.read(window.subarray(0, length), position);
      from = position;
      until = position + length;
    }
    const value = window[position - from] ?? 0;
    position += 1;
    return value;
  };
  const varint = (end: number): number => {
    const at = position;
    let value = 0;
    let factor = 1;
    for (let count = 0; count < LONGEST_VARINT; count++) {
      const next = byte(end);
      value += (next & 0x7f) * factor;
      if (next < 0x80)
        return value <= Number.MAX_SAFE_INTEGER ? value : refuse(at, `${value} is too large here`);
      factor *= 128;
    }
    return refuse(at, 'a number has more than ten bytes');
  };
  const readInto = (offset: number, into: Uint8Array): void => {
    if (offset >= from && offset + into.length <= until) {
      into.set(window.subarray(offset - from, offset - from + into.length));
    } else file.read(into, offset);
  };

  return {
    get position() {
      return position;
    },
    varint,
    skipVarint(end) {
      const at = position;
      for (let count = 0; count < LONGEST_VARINT; count++) if (byte(end) < 0x80) return;
      refuse(at, 'a number has more than ten bytes');
    },
    length(end) {
      const at = position;
      const length = varint(end);
      if (length > end - position) {
        refuse(
          at,
          `${length} bytes are said to follow, and ${end - position} are left; the file is cut, or no ONNX`,
        );
      }
      return length;
    },
    skip(bytes) {
      position += bytes;
    },
    readInto,
    copy: (offset, length, sink) => readInto(offset, sink.space(length)),
  };
}
