import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { elementCount } from '../tensorflow/bundle/bundle-index.ts';
import type { Checkpoint, TensorValues } from '../tensorflow/bundle/checkpoint.ts';
import type { ConstantTensor } from '../tensorflow/constant.ts';
import { quoted } from '../tensorflow/refusals.ts';
import type { VariableValue } from './bind-variables.ts';

const VARIABLES: ReadonlySet<string> = new Set(['VariableV2', 'Variable', 'VarHandleOp']);

/** Whether the node is a variable, by reference or by resource. */
export function isVariable({ op }: NodeDef): boolean {
  return VARIABLES.has(op);
}

/**
 * The values of the variables among the nodes, by the nodes' names, each read once.
 * Throws `GraphError` (`unsupported`) with all variables that have none.
 */
export async function readVariables(
  nodes: readonly NodeDef[],
  bound: ReadonlyMap<string, VariableValue>,
  checkpoint: Checkpoint | null,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ConstantTensor>> {
  const variables = nodes.filter(isVariable);
  const unbound = variables.filter(({ name }) => {
    const value = bound.get(name);
    return value === undefined || checkpoint?.tensors.get(value.tensor) === undefined;
  });
  if (unbound.length > 0)
    throw new GraphError(
      'unsupported',
      `The outputs depend on variables without a value: ${unbound.map(({ name }) => quoted(name)).join(', ')}. Save the model with its checkpoint, or freeze it.`,
    );
  const read = new Map<string, ConstantTensor>();
  for (const { name } of variables) {
    const { tensor, slice } = bound.get(name) as VariableValue;
    const stored = checkpoint?.tensors.get(tensor);
    const values = await checkpoint?.read(tensor, signal);
    if (stored === undefined || values === undefined) continue;
    const whole = { dtype: stored.dtype, shape: stored.shape, values };
    read.set(name, slice === '' ? whole : sliceOf(whole, slice));
  }
  return read;
}

/** A part of a tensor, as `RestoreV2` writes it: the whole's shape, then `start,length` of each dimension or `-`. */
function sliceOf({ dtype, shape, values }: ConstantTensor, slice: string): ConstantTensor {
  const extents = (slice.split(' ').at(-1) ?? '').split(':').map((extent, axis) => {
    const [start = 0, length = 0] = extent === '-' ? [0, shape[axis] ?? 0] : extent.split(',').map(Number);
    return { start, length };
  });
  const size = dtype.size;
  const fits = extents.every(
    ({ start, length }, axis) => start >= 0 && length >= 0 && start + length <= (shape[axis] ?? -1),
  );
  if (size === null || !(values instanceof Uint8Array) || extents.length !== shape.length || !fits)
    throw new GraphError(
      'invalid_graph',
      `A variable is restored from the slice ${quoted(slice)} of a tensor of shape (${shape.join(', ')}). Save the model again with TensorFlow.`,
    );
  const lengths = extents.map(({ length }) => length);
  return { dtype, shape: lengths, values: copySlice(values, shape, extents, size) };
}

function copySlice(
  from: Uint8Array,
  shape: readonly number[],
  extents: readonly { readonly start: number; readonly length: number }[],
  size: number,
): TensorValues {
  const into = new Uint8Array(elementCount(extents.map(({ length }) => length)) * size);
  const row = (extents.at(-1)?.length ?? 1) * size;
  for (let at = 0, index = 0; at < into.length; at += row, index += 1) {
    let rest = index;
    let stride = size * (shape.at(-1) ?? 1);
    let offset = (extents.at(-1)?.start ?? 0) * size;
    for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
      const { start, length } = extents[axis] as { start: number; length: number };
      offset += (start + (rest % length)) * stride;
      rest = Math.floor(rest / length);
      stride *= shape[axis] as number;
    }
    into.set(from.subarray(offset, offset + row), at);
  }
  return into;
}
