import {
  axisOf,
  boolAttribute,
  cast,
  finish,
  fixed,
  input,
  intAttribute,
  integers,
  type Mapper,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { transposed } from './channels.ts';

const cumulativeSum: Mapper = (operation) => {
  const { node, emitter } = operation;
  const x = input(operation, 0);
  const axis = axisOf(fixed(operation, 1, 'axis')[0] ?? 0, rankOf(x));
  const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) =>
    Number(boolAttribute(operation, name, false)),
  ) as [number, number];
  const inputs = [x, emitter.integers(node.name, [axis], [])];
  return finish(operation, 'CumSum', inputs, { dtype: x.dtype, shape: x.shape }, { exclusive, reverse });
};

const reversed: Mapper = (operation) => {
  const x = input(operation, 0);
  const axes = fixed(operation, 1, 'axes').map((axis) => axisOf(axis, rankOf(x)));
  const result = { dtype: x.dtype, shape: x.shape };
  if (axes.length === 0) return finish(operation, 'Identity', [x], result);
  const columns = [-1, -(2 ** 31 - 1), null, -1].map((each) =>
    integers(
      operation,
      axes.map((axis) => each ?? axis),
    ),
  );
  return finish(operation, 'Slice', [x, ...columns], result);
};

/** The beginning of each sequence backwards, as far as its length says. ONNX has time and batch in the first two axes. */
const reversedSequence: Mapper = (operation) => {
  const [x, lengths] = [input(operation, 0), cast(operation, input(operation, 1), 'int64')];
  const rank = rankOf(x);
  const time = axisOf(intAttribute(operation, 'seq_dim', 0), rank);
  const batch = axisOf(intAttribute(operation, 'batch_dim', 0), rank);
  if (rank < 2) throw new NotConverted('It has no batch of sequences.', 'Save the model again.');
  const result = { dtype: x.dtype, shape: x.shape };
  if (time < 2 && batch < 2)
    return finish(operation, 'ReverseSequence', [x, lengths], result, { time_axis: time, batch_axis: batch });
  const others = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => axis !== time && axis !== batch,
  );
  const perm = [time, batch, ...others];
  const turned = transposed(operation, x, perm);
  const back = perm.map((_, axis) => perm.indexOf(axis));
  const attributes = { time_axis: 0, batch_axis: 1 };
  const done = step(operation, 'ReverseSequence', [turned, lengths], turned, attributes);
  return finish(operation, 'Transpose', [done], result, { perm: back });
};

/** Ops along an axis, one element after the other. */
export const SEQUENCES: Readonly<Record<string, Mapper>> = {
  Cumsum: cumulativeSum,
  ReverseV2: reversed,
  ReverseSequence: reversedSequence,
};
