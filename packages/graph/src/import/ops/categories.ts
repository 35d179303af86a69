import {
  boolAttribute,
  cast,
  finish,
  input,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';

/** Into which of the intervals between rising boundaries a number falls: how many boundaries it has reached. */
const bucketize: Mapper = (operation) => {
  const x = input(operation, 0);
  const list = operation.node.attr['boundaries']?.value;
  const boundaries = list?.case === 'list' ? list.value.f : [];
  if (x.dtype !== 'float32')
    throw new NotConverted(`It sorts ${x.dtype} into intervals.`, 'Cast to float32 before it in the model.');
  const shape = [...(x.shape ?? []), 1];
  const axis = integers(operation, [rankOf(x)]);
  const column = step(operation, 'Unsqueeze', [x, axis], { dtype: x.dtype, shape });
  const row = {
    name: `${operation.node.name}~boundaries`,
    dtype: 'float32',
    shape: [boundaries.length],
    constant: new Uint8Array(Float32Array.from(boundaries).buffer),
  };
  const truth = { dtype: 'bool', shape: shape.with(-1, boundaries.length) };
  const reached = cast(operation, step(operation, 'GreaterOrEqual', [column, row], truth), 'int32');
  const result = { dtype: 'int32', shape: x.shape };
  return finish(operation, 'ReduceSum', [reached, axis], result, { keepdims: 0 });
};

/** How often each whole number below a size occurs, in all or in each row; or whether it does. */
const count: Mapper = (operation) => {
  const { node, emitter } = operation;
  const [x, size, weights] = [input(operation, 0), input(operation, 1), input(operation, 2)];
  if (weights.shape?.length !== 1 || weights.shape[0] !== 0)
    throw new NotConverted('It adds up weights.', 'Count without weights.');
  const rank = rankOf(x);
  const [classes = null] = size.known ?? [];
  const { dtype } = weights;
  const scalar = (value: number): Value => emitter.integers(node.name, [value], []);
  const end = scalarOf(operation, cast(operation, size, 'int64'));
  const range = step(operation, 'Range', [scalar(0), end, scalar(1)], { dtype: 'int64', shape: [classes] });
  const column = step(operation, 'Unsqueeze', [cast(operation, x, 'int64'), integers(operation, [rank])], {
    dtype: 'int64',
    shape: [...(x.shape ?? []), 1],
  });
  const truth = { dtype: 'bool', shape: [...(x.shape ?? []), classes] };
  const found = cast(operation, step(operation, 'Equal', [column, range], truth), 'int32');
  const op = boolAttribute(operation, 'binary_output', false) ? 'ReduceMax' : 'ReduceSum';
  const shape = [...(x.shape ?? []).slice(0, -1), classes];
  const inputs = [found, integers(operation, [rank - 1])];
  const all = step(operation, op, inputs, { dtype: 'int32', shape }, { keepdims: 0 });
  return finish(operation, 'Identity', [cast(operation, all, dtype)], { dtype, shape });
};

function scalarOf(operation: Operation, value: Value): Value {
  if (rankOf(value) === 0) return value;
  return step(operation, 'Squeeze', [value], { dtype: value.dtype, shape: [] });
}

/** Ops that sort numbers into classes. */
export const CATEGORIES: Readonly<Record<string, Mapper>> = { Bucketize: bucketize, DenseBincount: count };
