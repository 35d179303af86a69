import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';

/** A constant whose elements are bytes. */
export interface Operand {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In row-major order, the lowest byte of each element first. */
  readonly bytes: Uint8Array;
}

/** Elements that are computed with one by one. A truth value is 0 or 1. */
export type Elements =
  | Float64Array
  | Float32Array
  | Float16Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Float16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

/** The elements; `undefined` for types that nothing is computed with. */
export function elementsOf({ dtype, bytes }: Operand): Elements | undefined {
  if (!hasElements(dtype)) return undefined;
  // A view of a file may begin anywhere, an array of numbers may not.
  const copy = new Uint8Array(bytes);
  return new ARRAYS[dtype](copy.buffer, 0, copy.length / ARRAYS[dtype].BYTES_PER_ELEMENT);
}

/** Room for as many elements as the shape has; `undefined` for types that nothing is computed with. */
export function roomFor(dtype: string, shape: readonly number[]): Elements | undefined {
  return hasElements(dtype) ? new ARRAYS[dtype](elementCount(shape)) : undefined;
}

export function operandOf(dtype: string, shape: readonly number[], elements: Elements): Operand {
  return { dtype, shape, bytes: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength) };
}

/** Bytes of one element; of an operand without elements, any number will do. */
export function elementSize({ shape, bytes }: Operand): number {
  return bytes.length / (elementCount(shape) || 1) || 1;
}

/** The whole numbers of a constant such as axes or sizes. */
export function wholeNumbers(operand: Operand): readonly number[] | undefined {
  if (operand.dtype !== 'int32' && operand.dtype !== 'int64') return undefined;
  return Array.from(elementsOf(operand) ?? [], Number);
}

function hasElements(dtype: string): dtype is keyof typeof ARRAYS {
  return dtype in ARRAYS;
}
