import type { Datatype } from '@slipway/contract';
import type { DenseData } from '../../models/elements.ts';

interface ElementArray {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DenseData;
}

const ELEMENT_ARRAYS: Readonly<Record<Exclude<Datatype, 'BYTES'>, ElementArray>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/**
 * Dense little-endian elements, whose bytes must be a whole number of them: a view of the same memory where it is
 * aligned, else a copy. A view that is all of its buffer may be handed to another thread with the buffer.
 */
export function rawElements(raw: Uint8Array, datatype: Exclude<Datatype, 'BYTES'>): DenseData {
  const View = ELEMENT_ARRAYS[datatype];
  const isAligned = raw.byteOffset % View.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? raw : new Uint8Array(raw);
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
}

/** The memory of dense elements as bytes, which are little-endian wherever ONNX Runtime runs. */
export function elementBytes(data: DenseData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
