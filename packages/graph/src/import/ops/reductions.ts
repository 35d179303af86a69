import { onnxTypeNumber } from '../emitter.ts';
import {
  axisOf,
  boolAttribute,
  cast,
  finish,
  fixed,
  input,
  integers,
  type Mapper,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';

function reduction(op: string, compute?: (values: readonly number[]) => number): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    if (op === 'ReduceMean' && !x.dtype.startsWith('float'))
      throw new NotConverted(`It is the mean of ${x.dtype}.`, 'Cast to float32 before it in the model.');
    const axes = fixed(operation, 1, 'axes').map((axis) => axisOf(axis, rankOf(x)));
    const keep = boolAttribute(operation, 'keep_dims', false);
    const whole = x.shape?.length === 1 && axes.length === 1 && !keep ? x.known : undefined;
    const known =
      compute !== undefined && whole?.every((element) => element !== null)
        ? [compute(whole as readonly number[])].filter((value) => Math.abs(value) < 2 ** 31)
        : [];
    const result = {
      dtype: x.dtype,
      shape: reducedShape(x, axes, keep),
      known: known.length === 1 ? known : undefined,
    };
    const attributes = { keepdims: Number(keep), noop_with_empty_axes: 1 };
    return finish(operation, op, [x, integers(operation, axes)], result, attributes);
  };
}

/** Of truth values: in whole numbers, all are true where the least is, and any where the largest is. */
function truth(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    const axes = fixed(operation, 1, 'axes').map((axis) => axisOf(axis, rankOf(x)));
    const keep = boolAttribute(operation, 'keep_dims', false);
    const shape = reducedShape(x, axes, keep);
    const inputs = [cast(operation, x, 'int32'), integers(operation, axes)];
    const attributes = { keepdims: Number(keep), noop_with_empty_axes: 1 };
    const reduced = step(operation, op, inputs, { dtype: 'int32', shape }, attributes);
    return finish(operation, 'Cast', [reduced], { dtype: 'bool', shape }, { to: onnxTypeNumber('bool') });
  };
}

function reducedShape({ shape }: Value, axes: readonly number[], keep: boolean): Value['shape'] {
  if (shape === null) return null;
  if (keep) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Ops that make one element of many. */
export const REDUCTIONS: Readonly<Record<string, Mapper>> = {
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum', (values) => values.reduce((sum, value) => sum + value, 0)),
  Prod: reduction('ReduceProd', (values) => values.reduce((product, value) => product * value, 1)),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  EuclideanNorm: reduction('ReduceL2'),
  All: truth('ReduceMin'),
  Any: truth('ReduceMax'),
};
