import type { FileRange } from '../onnx/bytes.ts';
import type { TensorValues } from '../tensorflow/bundle/read-tensor.ts';
import type { List } from './control/list.ts';

/** The sizes of a tensor, `null` where any will do; `null` in all where not even the rank is known. */
export type Dims = readonly (number | null)[] | null;

/** A tensor on its way from TensorFlow to ONNX. */
export interface Value {
  /** The tensor's name in the ONNX model. */
  readonly name: string;
  /** As TensorFlow calls it: `float32`. */
  readonly dtype: string;
  readonly shape: Dims;
  /** Of a constant: its elements, or where they lie. */
  readonly constant?: TensorValues | FileRange | undefined;
  /** Of whole numbers of one dimension or none: the elements as far as they are known. */
  readonly known?: readonly (number | null)[] | undefined;
  /** Of a list of tensors: the value is the tensor of all its elements, or will be. */
  readonly list?: List | undefined;
}

/** Shapes and axes have few elements; of larger tensors, none need be known one by one. */
export const MOST_KNOWN = 64;

/** The elements of a small constant of whole numbers. */
export function knownOf(
  dtype: string,
  shape: readonly number[],
  values: TensorValues | FileRange,
): readonly number[] | undefined {
  if (shape.length > 1 || !(values instanceof Uint8Array)) return undefined;
  const size = dtype === 'int32' ? 4 : dtype === 'int64' ? 8 : 0;
  if (size === 0 || values.length > MOST_KNOWN * size) return undefined;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: values.length / size }, (_, index) =>
    size === 4 ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true)),
  );
}

/** Whole numbers as the bytes of a tensor. */
export function integerBytes(dtype: 'int32' | 'int64', values: readonly number[]): Uint8Array {
  const array = dtype === 'int32' ? Int32Array.from(values) : BigInt64Array.from(values, BigInt);
  return new Uint8Array(array.buffer);
}

/** The shape that two tensors have together, as numpy broadcasts. */
export function broadcast(a: Dims, b: Dims): Dims {
  if (a === null || b === null) return null;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const [x, y] = [a, b].map((dims) => {
      const at = index - rank + dims.length;
      return at < 0 ? 1 : (dims[at] ?? null);
    }) as [number | null, number | null];
    if (x === 1) return y;
    if (y === 1) return x;
    return x ?? y;
  });
}
