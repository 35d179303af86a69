import { NotConverted } from '../../import/refuse.ts';
import { broadcast } from '../../import/value.ts';
import { flag, type Tensor } from '../graph/builder.ts';
import { emit, indices, type LayerCall, type LayerKind, type LayerKinds, scalar } from './layer-kind.ts';
import { EXPORT } from './settings.ts';

function inputsOf({ inputs }: LayerCall): readonly [Tensor, Tensor, ...Tensor[]] {
  if (inputs.length < 2)
    throw new NotConverted('It is called with fewer than two tensors.', 'Save the model again.');
  if (inputs.some(({ mask }) => mask !== undefined))
    throw new NotConverted('It joins tensors of which steps are left out by a mask.', EXPORT);
  return inputs as unknown as readonly [Tensor, Tensor, ...Tensor[]];
}

/** One op between all inputs, from the first to the last. */
function chain(op: string): (call: LayerCall) => Tensor {
  return (call) => {
    const [first, ...rest] = inputsOf(call);
    return rest.reduce((sum, x) => joined(call, op, sum, x), first);
  };
}

/** An op of two tensors as they broadcast. Keras puts in axes where ranks differ, in a way of its own. */
function joined(call: LayerCall, op: string, a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== b.shape.length)
    throw new NotConverted('It joins tensors of different ranks.', EXPORT);
  return emit(call, op, [a, b], { dtype: a.dtype, shape: broadcast(a.shape, b.shape) ?? a.shape });
}

function subtract(call: LayerCall): Tensor {
  const [a, b, ...rest] = inputsOf(call);
  if (rest.length > 0) throw new NotConverted('It subtracts more than one tensor.', 'Subtract one from one.');
  return joined(call, 'Sub', a, b);
}

function average(call: LayerCall): Tensor {
  const sum = chain('AddV2')(call);
  return emit(call, 'RealDiv', [sum, scalar(call, call.inputs.length, sum)], {
    dtype: sum.dtype,
    shape: sum.shape,
  });
}

function concatenate(call: LayerCall): Tensor {
  const inputs = inputsOf(call);
  const rank = inputs[0].shape.length;
  const given = call.settings.number('axis', -1);
  const axis = given < 0 ? given + rank : given;
  if (
    !(Number.isInteger(axis) && axis >= 0 && axis < rank) ||
    inputs.some(({ shape }) => shape.length !== rank)
  )
    throw new NotConverted(`It has no axis ${given} of ${rank}.`, 'Save the model again with Keras.');
  const size = inputs.reduce<number | null>(
    (sum, { shape }) => (sum === null || shape[axis] == null ? null : sum + shape[axis]),
    0,
  );
  const made = { dtype: inputs[0].dtype, shape: inputs[0].shape.with(axis, size) };
  return emit(call, 'ConcatV2', [...inputs, call.builder.constant(call.scope, [axis], 'int32', [])], made);
}

/** Products of vectors, and of the matrices of a batch. */
function dot(call: LayerCall): Tensor {
  const [a, b] = inputsOf(call);
  call.settings.require('normalize', false, 'It normalises before it multiplies.');
  const given = call.settings.integers('axes');
  const [one = 0, other = one] = given;
  const axes = [one < 0 ? one + a.shape.length : one, other < 0 ? other + b.shape.length : other];
  if (a.shape.length === 2 && b.shape.length === 2 && axes.every((axis) => axis === 1)) {
    const product = joined(call, 'Mul', a, b);
    return emit(
      call,
      'Sum',
      [product, indices(call, [1])],
      { dtype: a.dtype, shape: [a.shape[0] ?? null, 1] },
      { keep_dims: flag(true) },
    );
  }
  if (a.shape.length !== 3 || b.shape.length !== 3 || axes.some((axis) => axis !== 1 && axis !== 2))
    throw new NotConverted('It multiplies tensors that are no vectors and no matrices.', EXPORT);
  const [left, right] = axes as [number, number];
  const shape = [a.shape[0] ?? null, a.shape[3 - left] ?? null, b.shape[3 - right] ?? null];
  const attributes = { adj_x: flag(left === 1), adj_y: flag(right === 2) };
  return emit(call, 'BatchMatMulV2', [a, b], { dtype: a.dtype, shape }, attributes);
}

const kind = (call: LayerKind['call']): LayerKind => ({ call });

/** Layers that make one tensor of several. */
export const MERGES: LayerKinds = {
  Add: kind(chain('AddV2')),
  Subtract: kind(subtract),
  Multiply: kind(chain('Mul')),
  Average: kind(average),
  Maximum: kind(chain('Maximum')),
  Minimum: kind(chain('Minimum')),
  Concatenate: kind(concatenate),
  Dot: kind(dot),
};
