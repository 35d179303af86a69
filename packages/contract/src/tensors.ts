import type { ImageInput } from './images.ts';

/** What the elements of a tensor are, in the words of the Open Inference Protocol. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'BF16'
  | 'FP32'
  | 'FP64'
  | 'BYTES';

/**
 * The elements of a tensor in row-major order. BOOL is a Uint8Array of 0 and 1; FP16 and BF16 are their bit
 * patterns in a Uint16Array; BYTES has one Uint8Array an element (text is UTF-8).
 */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly Uint8Array[];

/** A named tensor. `data.length` is the product of `shape`. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** One dimension of a signature: a size, the name of a symbolic size, or `null` where nothing is known. */
export type Dimension = number | string | null;

/** What a model says of one of its inputs or outputs. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly Dimension[];
  /** Another name that callers may use: the key of a signature in TensorFlow. */
  readonly alias?: string | undefined;
  /** Of an input whose elements are encoded images: what becomes of them. */
  readonly image?: ImageInput | undefined;
  /** Of an output of scores whose classes have names: these, along its last axis. */
  readonly labels?: readonly string[] | undefined;
  /** The file beside the model that these stand in, where they have one of their own. */
  readonly labelsFile?: string | undefined;
}

/** The inputs and outputs of a model, in its own order. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** The datatypes whose elements all have one size. */
export type DenseDatatype = Exclude<Datatype, 'BYTES'>;

/** Their elements: one block of memory. */
export type DenseData = Exclude<TensorData, readonly Uint8Array[]>;

/** Makes an array of zeros, or a view of memory that is there. */
export interface ElementArray {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): DenseData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DenseData;
}

/** The array that the elements of a dense datatype stand in. */
export const ELEMENT_ARRAYS: Readonly<Record<DenseDatatype, ElementArray>> = {
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

/** Bytes an element takes when it is dense; BYTES has no fixed size. */
export const BYTES_PER_ELEMENT: Readonly<Record<DenseDatatype, 1 | 2 | 4 | 8>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
};

/** Elements in a tensor of this shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}
