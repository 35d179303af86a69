import type { Datatype, TensorData } from '@slipway/contract';

/** Any typed array that holds the elements of a tensor. */
export type DenseData = Exclude<TensorData, readonly Uint8Array[]>;

const DENSE_ARRAYS: Readonly<Record<Datatype, (length: number) => DenseData>> = {
  BOOL: (length) => new Uint8Array(length),
  UINT8: (length) => new Uint8Array(length),
  UINT16: (length) => new Uint16Array(length),
  UINT32: (length) => new Uint32Array(length),
  UINT64: (length) => new BigUint64Array(length),
  INT8: (length) => new Int8Array(length),
  INT16: (length) => new Int16Array(length),
  INT32: (length) => new Int32Array(length),
  INT64: (length) => new BigInt64Array(length),
  FP16: (length) => new Uint16Array(length),
  BF16: (length) => new Uint16Array(length),
  FP32: (length) => new Float32Array(length),
  FP64: (length) => new Float64Array(length),
  BYTES: () => {
    throw new TypeError('The elements of BYTES do not lie in one typed array.');
  },
};

/** A typed array of `length` zeros for the elements of a datatype other than BYTES. */
export function createElements(datatype: Datatype, length: number): DenseData {
  return DENSE_ARRAYS[datatype](length);
}

/** Writes `part` into `target` from element `offset` on; both must hold the same datatype. */
export function setElements(target: DenseData, part: TensorData, offset: number): void {
  // The type of a union of typed arrays cannot say that both are of one kind.
  (target as Float32Array).set(part as Float32Array, offset);
}

/** A copy in a buffer of its own. */
export function copyElements(datatype: Datatype, data: DenseData): DenseData {
  const copy = createElements(datatype, data.length);
  setElements(copy, data, 0);
  return copy;
}

/** True for elements that lie in one block of memory; false for BYTES, which has an array an element. */
export function isDense(data: TensorData): data is DenseData {
  return ArrayBuffer.isView(data);
}
