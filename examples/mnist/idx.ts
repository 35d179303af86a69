import { gunzipSync } from 'node:zlib';

/** What an IDX file holds: unsigned bytes in row-major order, the first axis counting the items. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file, compressed with gzip or not: two zero bytes, the type of the elements, the number of axes,
 * the size of each as a big-endian 32-bit number, the elements (http://yann.lecun.com/exdb/mnist). Throws if
 * the elements are not unsigned bytes, or not as many as the header promises.
 */
export function readIdx(file: Uint8Array): IdxArray {
  const bytes = isGzip(file) ? gunzipSync(file) : file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 4 || view.getUint16(0) !== 0 || view.getUint8(2) !== UNSIGNED_BYTE) {
    throw new Error('This is not an IDX file of unsigned bytes: its first bytes must be 0, 0, 8.');
  }
  const axes = view.getUint8(3);
  const start = 4 + axes * 4;
  if (bytes.byteLength < start) throw new Error(`The IDX file ends inside its header of ${start} bytes.`);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + axis * 4));
  const expected = shape.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(start);
  if (data.byteLength !== expected) {
    throw new Error(`The IDX file holds ${data.byteLength} elements, its header promises ${expected}.`);
  }
  return { shape, data };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
