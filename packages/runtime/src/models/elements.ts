import {
  type Datatype,
  type DenseData,
  type DenseDatatype,
  ELEMENT_ARRAYS,
  type TensorData,
} from '@slipway/contract';

export type { DenseData };

/** A typed array of `length` zeros for the elements of a datatype other than BYTES. */
export function createElements(datatype: Datatype, length: number): DenseData {
  if (datatype === 'BYTES') {
    throw new TypeError('The elements of BYTES do not lie in one typed array.');
  }
  return new ELEMENT_ARRAYS[datatype](length);
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

/**
 * Dense little-endian elements, whose bytes must be a whole number of them: a view of the same memory where it is
 * aligned, else a copy. A view that is all of its buffer may be handed to another thread with the buffer.
 */
export function rawElements(raw: Uint8Array, datatype: DenseDatatype): DenseData {
  const View = ELEMENT_ARRAYS[datatype];
  const isAligned = raw.byteOffset % View.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? raw : new Uint8Array(raw);
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
}

/** The memory of dense elements as bytes, which are little-endian wherever ONNX Runtime runs. */
export function elementBytes(data: DenseData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
