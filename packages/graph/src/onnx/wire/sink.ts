import { GraphError } from '../../graph-error.ts';

/** Bytes that grow up to a limit. */
export interface ByteSink {
  varint(value: number): void;
  bytes(bytes: Uint8Array): void;
  /** Room for bytes that the caller fills before the next call. */
  space(length: number): Uint8Array;
  /** Leaves room; returns where. */
  reserve(length: number): number;
  /** Writes how many bytes follow a place of so many bytes, as a varint that fills them. */
  patchLength(at: number, width: number): void;
  finish(): Uint8Array;
}

/** `name` is what is too large in the error, `invalid_file`. */
export function createSink(limit: number, name: string): ByteSink {
  let buffer = new Uint8Array(Math.min(limit, 1024));
  let used = 0;
  const reserve = (length: number): number => {
    const at = used;
    used += length;
    if (used > limit) {
      throw new GraphError(
        'invalid_file',
        `${name} has more than ${limit} bytes besides the elements of its tensors.`,
      );
    }
    if (used > buffer.length) {
      const grown = new Uint8Array(Math.min(limit, Math.max(used, buffer.length * 2)));
      grown.set(buffer.subarray(0, at));
      buffer = grown;
    }
    return at;
  };
  const space = (length: number): Uint8Array => {
    const at = reserve(length);
    return buffer.subarray(at, at + length);
  };
  return {
    reserve,
    space,
    varint(value) {
      let left = value;
      for (; left >= 0x80; left = Math.floor(left / 128)) space(1)[0] = (left % 128) | 0x80;
      space(1)[0] = left;
    },
    bytes: (bytes) => space(bytes.length).set(bytes),
    patchLength(at, width) {
      let left = used - at - width;
      for (let index = 0; index < width; index++) {
        buffer[at + index] = (left & 0x7f) | (index < width - 1 ? 0x80 : 0);
        left >>>= 7;
      }
    },
    finish: () => buffer.subarray(0, used),
  };
}
