import type { SlipwayError } from '@slipway/contract';
import { invalid } from './refusals.ts';

/** The length before each element: 32 bits, little-endian. */
const PREFIX_BYTES = 4;

/**
 * Elements that one BYTES tensor may have. Each becomes an object of its own, so without a limit a body of empty
 * elements would take many times its size.
 */
export const MAX_BYTES_ELEMENTS = 1_000_000;

/**
 * Reads the raw form of a BYTES tensor, in which a length stands before each element. The elements are views. `where`
 * names the input and model in the error, `expected` is the count that the shape asks for.
 */
export function readBytesTensor(
  raw: Uint8Array,
  expected: number,
  where: string,
): readonly Uint8Array[] | SlipwayError {
  const elements: Uint8Array[] = [];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let offset = 0;
  while (offset < raw.length) {
    const left = raw.length - offset;
    if (left < PREFIX_BYTES) return incompletePrefix(left, where);
    if (elements.length === expected) return wrongStringCount(expected + 1, expected, where);
    const length = view.getUint32(offset, true);
    offset += PREFIX_BYTES;
    if (length > raw.length - offset) return incompleteString(length, raw.length - offset, where);
    elements.push(raw.subarray(offset, offset + length));
    offset += length;
  }
  return elements.length === expected ? elements : wrongStringCount(elements.length, expected, where);
}

/** The error of a BYTES tensor with fewer or more elements than its shape has. */
export function wrongStringCount(got: number, expected: number, where: string): SlipwayError {
  return got < expected
    ? invalid(`expected ${expected} string elements for inference ${where}, got ${got}`)
    : invalid(`unexpected number of string elements ${got} for inference ${where}, expecting ${expected}`);
}

function incompletePrefix(left: number, where: string): SlipwayError {
  return invalid(
    `incomplete string length indicator for inference ${where}, expecting ${PREFIX_BYTES} bytes but only ${left} bytes available`,
  );
}

function incompleteString(length: number, left: number, where: string): SlipwayError {
  return invalid(
    `incomplete string data for inference ${where}, expecting string of length ${length} but only ${left} bytes available`,
  );
}

/** Writes the raw form: each element after its length. */
export function writeBytesTensor(elements: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const element of elements) size += PREFIX_BYTES + element.length;
  const raw = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const element of elements) {
    offset = raw.writeUInt32LE(element.length, offset);
    raw.set(element, offset);
    offset += element.length;
  }
  return raw;
}
