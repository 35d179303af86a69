import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import type { FileRange } from '../onnx/bytes.ts';
import type { Box } from '../tensorflow/bundle/box.ts';
import type { Checkpoint } from '../tensorflow/bundle/checkpoint.ts';
import type { TensorValues } from '../tensorflow/bundle/read-tensor.ts';
import type { DataType } from '../tensorflow/data-types.ts';
import { listed, quoted } from '../tensorflow/refusals.ts';
import type { VariableValue } from './bind-variables.ts';

const VARIABLES: ReadonlySet<string> = new Set(['VariableV2', 'Variable', 'VarHandleOp']);

/** The value of a variable: its elements, or where they lie in a file. */
export interface VariableTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: TensorValues | FileRange;
}

/** Whether the node is a variable, by reference or by resource. */
export function isVariable({ op }: NodeDef): boolean {
  return VARIABLES.has(op);
}

/**
 * The values of the variables among the nodes, by the nodes' names; their bytes stay in their files, checked.
 * Throws `GraphError` (`unsupported`) with all variables that have none.
 */
export async function readVariables(
  nodes: readonly NodeDef[],
  bound: ReadonlyMap<string, VariableValue>,
  checkpoint: Checkpoint | null,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, VariableTensor>> {
  const variables = nodes.filter(isVariable);
  const unbound = variables.filter(({ name }) => {
    const value = bound.get(name);
    return value === undefined || checkpoint?.tensors.get(value.tensor) === undefined;
  });
  if (unbound.length > 0)
    throw new GraphError(
      'unsupported',
      `The outputs depend on variables without a value: ${listed(unbound.map(({ name }) => name))}. Save the model with its checkpoint, or freeze it.`,
    );
  const read = new Map<string, VariableTensor>();
  for (const { name } of variables) {
    const { tensor, slice } = bound.get(name) as VariableValue;
    const stored = checkpoint?.tensors.get(tensor);
    if (stored === undefined) continue;
    const part = slice === '' ? undefined : partOf(slice, stored.shape);
    const values = await checkpoint?.locate(tensor, part, signal);
    if (values !== undefined) read.set(name, { dtype: stored.dtype, shape: (part ?? stored).shape, values });
  }
  return read;
}

/** A part of a tensor, as `RestoreV2` writes it: the whole's shape, then `start,length` of each dimension or `-`. */
function partOf(slice: string, shape: readonly number[]): Box {
  const extents = (slice.split(' ').at(-1) ?? '').split(':').map((extent, axis) => {
    const [start = Number.NaN, length = Number.NaN] =
      extent === '-' ? [0, shape[axis]] : extent.split(',').map(Number);
    return { start, length };
  });
  if (extents.length === shape.length && extents.every(({ start, length }) => start >= 0 && length >= 0))
    return { starts: extents.map(({ start }) => start), shape: extents.map(({ length }) => length) };
  throw new GraphError(
    'invalid_graph',
    `A variable is restored from the slice ${quoted(slice)} of a tensor of shape (${shape.join(', ')}). Save the model again with TensorFlow.`,
  );
}
