import type { Dimension, ValueInfo } from '../onnx/model.ts';
import { onnxType } from './emitter.ts';
import type { Value } from './value.ts';

/** The tensor as an input or an output of a graph. `free` says what stands for a size that any will do for, by its axis. */
export function valueInfo(
  { name, dtype, shape }: Value,
  free: (axis: number) => Dimension = () => ({}),
): ValueInfo {
  const dims = shape?.map((size, axis) => (size === null ? free(axis) : { size }));
  const type = { kind: 'tensor', elementType: onnxType(dtype), shape: dims && { dims } } as const;
  return { name, type, metadata: [] };
}
