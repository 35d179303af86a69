import { finish, type Operation, rankOf, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { hasChannelsFirst } from './windows.ts';

/**
 * Images (`count` 2) or volumes (3) with their channels before the axes of space, as ONNX has them; TensorFlow has
 * them mostly behind.
 */
export function channelsFirst(operation: Operation, x: Value, count: number): Value {
  const rank = count + 2;
  if (rankOf(x) !== rank)
    throw new NotConverted(`Its input has ${rankOf(x)} dimensions, not ${rank}.`, 'Save the model again.');
  const axes = Array.from({ length: count }, (_, index) => index + 1);
  return hasChannelsFirst(operation) ? x : transposed(operation, x, [0, rank - 1, ...axes]);
}

/** The result in the node's own format, under its name. ONNX Runtime takes out pairs of transpositions. */
export function named(operation: Operation, result: Value): readonly Value[] {
  if (hasChannelsFirst(operation)) return finish(operation, 'Identity', [result], result);
  const axes = Array.from({ length: rankOf(result) - 2 }, (_, index) => index + 2);
  const perm = [0, ...axes, 1];
  const shape = perm.map((axis) => result.shape?.[axis] ?? null);
  return finish(operation, 'Transpose', [result], { dtype: result.dtype, shape }, { perm });
}

/** The tensor with its axes in another order. */
export function transposed(operation: Operation, value: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => value.shape?.[axis] ?? null);
  return step(operation, 'Transpose', [value], { dtype: value.dtype, shape }, { perm });
}
