import {
  axisOf,
  cast,
  finish,
  fixed,
  input,
  intAttribute,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  shapeFrom,
  step,
  typeAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { transposed } from './channels.ts';
import { chosen } from './choice.ts';

const gather: Mapper = (operation) => {
  const [x, indices] = [input(operation, 0), input(operation, 1)];
  const [given = 0] = operation.inputs.length > 2 ? fixed(operation, 2, 'axis') : [0];
  const axis = axisOf(given, rankOf(x));
  const batch = intAttribute(operation, 'batch_dims', 0);
  if (batch !== 0) return gatherInBatch(operation, axis, batch < 0 ? batch + rankOf(indices) : batch);
  const shape = indices.shape === null ? null : (x.shape ?? []).toSpliced(axis, 1, ...indices.shape);
  const from = x.shape?.length === 1 ? x.known : undefined;
  const known =
    from && indices.known?.every((index) => index !== null && index >= 0 && index < from.length)
      ? indices.known.map((index) => from[index as number] ?? null)
      : undefined;
  return finish(operation, 'Gather', [x, indices], { dtype: x.dtype, shape, known }, { axis });
};

/** `ResourceGather` has no axis, and its table may be a batch of tables. */
const gatherRows: Mapper = (operation) => {
  const batch = intAttribute(operation, 'batch_dims', 0);
  return batch === 0 ? gather(operation) : gatherInBatch(operation, batch, batch);
};

/** GatherND gathers along the axis behind the batch, so that the axis is brought there, and those before it back. */
function gatherInBatch(operation: Operation, axis: number, batch: number): readonly Value[] {
  const [x, indices] = [input(operation, 0), input(operation, 1)];
  const [rank, indexRank] = [rankOf(x), rankOf(indices)];
  const axes = Array.from({ length: rank }, (_, each) => each);
  const moved = [...axes.slice(0, batch), axis, ...axes.slice(batch).filter((each) => each !== axis)];
  const rows = axis === batch ? x : transposed(operation, x, moved);
  const shape = [...(indices.shape ?? []), ...(rows.shape ?? []).slice(batch + 1)];
  const result = { dtype: x.dtype, shape };
  const places = step(
    operation,
    'Unsqueeze',
    [cast(operation, indices, 'int64'), integers(operation, [indexRank])],
    { dtype: 'int64', shape: [...(indices.shape ?? []), 1] },
  );
  const attributes = { batch_dims: batch };
  if (axis === batch) return finish(operation, 'GatherND', [rows, places], result, attributes);
  const gathered = step(operation, 'GatherND', [rows, places], result, attributes);
  const all = Array.from({ length: shape.length }, (_, each) => each);
  const between = all.slice(indexRank, indexRank + axis - batch);
  const perm = [...all.slice(0, batch), ...between, ...all.slice(batch, indexRank)];
  const back = [...perm, ...all.slice(indexRank + axis - batch)];
  const last = back.map((each) => shape[each] ?? null);
  return finish(operation, 'Transpose', [gathered], { dtype: x.dtype, shape: last }, { perm: back });
}

const gatherNd: Mapper = (operation) => {
  const [x, indices] = [input(operation, 0), input(operation, 1)];
  if (intAttribute(operation, 'batch_dims', 0) !== 0)
    throw new NotConverted('It gathers from a batch of variables.', 'Gather from one.');
  const length = indices.shape?.at(-1);
  if (length == null)
    throw new NotConverted('How many axes its indices have is not known.', 'Give the indices a shape.');
  const shape = [...(indices.shape ?? []).slice(0, -1), ...(x.shape ?? []).slice(length)];
  const result = { dtype: x.dtype, shape: x.shape === null ? null : shape };
  return finish(operation, 'GatherND', [x, cast(operation, indices, 'int64')], result);
};

const scatterNd: Mapper = (operation) => {
  const [indices, updates, sizes] = [input(operation, 0), input(operation, 1), input(operation, 2)];
  const shape = shapeFrom(sizes);
  const zero = operation.emitter.number(operation.node.name, 0, updates.dtype);
  const result = { dtype: updates.dtype, shape };
  const zeros = step(operation, 'Expand', [zero, cast(operation, sizes, 'int64')], result);
  const inputs = [zeros, cast(operation, indices, 'int64'), updates];
  return finish(operation, 'ScatterND', inputs, result, { reduction: 'add' });
};

function tensorScatter(reduction: string): Mapper {
  return (operation) => {
    const [x, indices, updates] = [input(operation, 0), input(operation, 1), input(operation, 2)];
    const result = { dtype: x.dtype, shape: x.shape };
    const negative = reduction === 'sub';
    const added = negative ? step(operation, 'Neg', [updates], updates) : updates;
    const inputs = [x, cast(operation, indices, 'int64'), added];
    return finish(operation, 'ScatterND', inputs, result, { reduction: negative ? 'add' : reduction });
  };
}

/** Which elements are not 0, as rows of indices. */
const where: Mapper = (operation) => {
  const x = input(operation, 0);
  const rank = rankOf(x);
  if (rank === 0) throw new NotConverted('It looks into a single element.', 'Use a tensor with an axis.');
  const columns = step(operation, 'NonZero', [x], { dtype: 'int64', shape: [rank, null] });
  return finish(operation, 'Transpose', [columns], { dtype: 'int64', shape: [null, rank] }, { perm: [1, 0] });
};

/** OneHot of ONNX counts negative indices from the end, where TensorFlow has no element on. */
const oneHot: Mapper = (operation) => {
  const { node, emitter } = operation;
  const [given, on, off] = [input(operation, 0), input(operation, 2), input(operation, 3)];
  const indices = cast(operation, given, 'int64');
  const [depth = null] = input(operation, 1).known ?? [];
  const rank = rankOf(indices);
  const axis = axisOf(intAttribute(operation, 'axis', -1), rank + 1);
  const shape = (indices.shape ?? []).toSpliced(axis, 0, depth);
  const column = step(operation, 'Unsqueeze', [indices, integers(operation, [axis])], {
    dtype: 'int64',
    shape: (indices.shape ?? []).toSpliced(axis, 0, 1),
  });
  const [first, one] = [0, 1].map((value) => emitter.integers(node.name, [value], [])) as [Value, Value];
  const end = cast(operation, input(operation, 1), 'int64');
  const classes = step(operation, 'Range', [first, end, one], { dtype: 'int64', shape: [depth] });
  const rest = Array.from({ length: rank - axis }, (_, index) => index + 1);
  const row = step(operation, 'Unsqueeze', [classes, integers(operation, rest)], {
    dtype: 'int64',
    shape: [depth, ...rest.map(() => 1)],
  });
  const hot = step(operation, 'Equal', [column, row], { dtype: 'bool', shape });
  return chosen(operation, hot, on, off);
};

const topK: Mapper = (operation) => {
  const { node, emitter } = operation;
  const x = input(operation, 0);
  const rank = rankOf(x);
  const counts = input(operation, 1);
  const [count = null] = counts.known ?? [];
  const shape = (x.shape ?? []).with(rank - 1, count);
  const k = step(operation, 'Reshape', [cast(operation, counts, 'int64'), integers(operation, [1])], {
    dtype: 'int64',
    shape: [1],
    known: [count],
  });
  const dtype = typeAttribute(operation, 'index_type', 'int32');
  const results = [x.dtype, 'int64'].map((each) => ({ dtype: each, shape }));
  const attributes = { axis: -1, largest: 1, sorted: 1 };
  const [values, places] = emitter.emitAll(node.name, 'TopK', [x, k], results, attributes, [
    `${node.name}:0`,
  ]) as [Value, Value];
  return [values, cast(operation, places, dtype)];
};

/** Ops that find, take and put elements by their places. */
export const INDEXING: Readonly<Record<string, Mapper>> = {
  Gather: gather,
  GatherV2: gather,
  ResourceGather: gatherRows,
  GatherNd: gatherNd,
  ResourceGatherNd: gatherNd,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatter('none'),
  TensorScatterAdd: tensorScatter('add'),
  TensorScatterSub: tensorScatter('sub'),
  TensorScatterMax: tensorScatter('max'),
  TensorScatterMin: tensorScatter('min'),
  Where: where,
  OneHot: oneHot,
  TopKV2: topK,
};
