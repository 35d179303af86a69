import type { Result } from '../emitter.ts';
import {
  cast,
  countAttribute,
  finish,
  input,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Dims, Value } from '../value.ts';

/** The rows of each part in their order, as the parts of an embedding are looked up. */
const dynamicPartition: Mapper = (operation) => {
  const { node, emitter } = operation;
  const [data, parts] = [input(operation, 0), input(operation, 1)];
  const rank = rankOf(parts);
  const rows = flattened(operation, data, rank);
  const assigned = flattened(operation, parts, rank);
  const shape = rows.shape && [null, ...rows.shape.slice(1)];
  return Array.from({ length: countAttribute(operation, 'num_partitions', 1) }, (_, part) => {
    const number = emitter.integers(node.name, [part], [], 'int32');
    const own = step(operation, 'Equal', [assigned, number], { dtype: 'bool', shape: assigned.shape });
    const result = { dtype: data.dtype, shape };
    return emitter.emit(node.name, 'Compress', [rows, own], result, { axis: 0 }, `${node.name}:${part}`);
  });
};

/**
 * Puts rows where the indices say. Of rows with the same index the last one counts: the largest number of a row is
 * what ONNX keeps of several. Rows without an index are anything in TensorFlow, and the first row here.
 */
const dynamicStitch: Mapper = (operation) => {
  const { inputs } = operation;
  const half = inputs.length / 2;
  const [indices, data] = [inputs.slice(0, half), inputs.slice(half)];
  const [first] = data;
  if (first === undefined || !Number.isInteger(half))
    throw new NotConverted('It has no indices.', 'Save the model again with TensorFlow.');
  const numbers = indices.map((each) => cast(operation, flattened(operation, each, rankOf(each)), 'int64'));
  const rows = data.map((each, part) => flattened(operation, each, rankOf(indices[part] as Value)));
  const rest = rows.map(({ shape }) => shape?.slice(1) ?? null).find((one) => one !== null) ?? null;
  const result = { dtype: 'int64', shape: [null] };
  const all = joined(operation, rows, { dtype: first.dtype, shape: rest && [null, ...rest] });
  const places = joined(operation, numbers, result);
  const nowhere = step(operation, 'Expand', [integers(operation, [0]), sizeFor(operation, places)], result);
  const attributes = { axis: 0, reduction: 'max' };
  const sources = step(
    operation,
    'ScatterElements',
    [nowhere, places, numbersOf(operation, places)],
    result,
    attributes,
  );
  return finish(operation, 'Gather', [all, sources], { dtype: first.dtype, shape: all.shape }, { axis: 0 });
};

/** The tensor with its first axes as one. */
function flattened(operation: Operation, value: Value, axes: number): Value {
  if (axes === 1) return value;
  const rest: Dims = value.shape?.slice(axes) ?? null;
  const sizes = step(
    operation,
    'Shape',
    [value],
    { dtype: 'int64', shape: [rest?.length ?? null] },
    { start: axes },
  );
  const shape = step(
    operation,
    'Concat',
    [integers(operation, [-1]), sizes],
    { dtype: 'int64', shape: [null] },
    { axis: 0 },
  );
  return step(operation, 'Reshape', [value, shape], { dtype: value.dtype, shape: rest && [null, ...rest] });
}

function joined(operation: Operation, parts: readonly Value[], result: Result): Value {
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only
    : step(operation, 'Concat', parts, result, { axis: 0 });
}

/** One more than the largest index, or 0 where there is none. */
function sizeFor(operation: Operation, places: Value): Value {
  const result = { dtype: 'int64', shape: [1] };
  const some = step(
    operation,
    'Concat',
    [places, integers(operation, [-1])],
    { dtype: 'int64', shape: [null] },
    { axis: 0 },
  );
  const largest = step(operation, 'ReduceMax', [some, integers(operation, [0])], result, { keepdims: 1 });
  return step(operation, 'Add', [largest, integers(operation, [1])], result);
}

/** The numbers of the rows, from 0. */
function numbersOf(operation: Operation, rows: Value): Value {
  const { node, emitter } = operation;
  const [zero, one] = [0, 1].map((value) => emitter.integers(node.name, [value], [])) as [Value, Value];
  const count = step(operation, 'Size', [rows], { dtype: 'int64', shape: [] });
  return step(operation, 'Range', [zero, count, one], { dtype: 'int64', shape: [null] });
}

/** Rows that are taken apart by a number each, and put together again. */
export const PARTITIONS: Readonly<Record<string, Mapper>> = {
  DynamicPartition: dynamicPartition,
  DynamicStitch: dynamicStitch,
  ParallelDynamicStitch: dynamicStitch,
};
