import { NotConverted } from '../../import/refuse.ts';
import { broadcast } from '../../import/value.ts';
import { isList, type Json } from '../config/json.ts';
import { flag, float, type Shape, type Tensor, text } from '../graph/builder.ts';
import {
  emit,
  indices,
  type LayerCall,
  type LayerKinds,
  only,
  ranked,
  same,
  scalar,
  slot,
} from './layer-kind.ts';
import { EXPORT } from './settings.ts';
import { reshaped, resize } from './shapes.ts';

/** The axes of a setting, counted from the first. */
function axesOf(call: LayerCall, x: Tensor): readonly number[] {
  const rank = x.shape.length;
  const given = call.settings.has('axis') ? call.settings.integers('axis') : [-1];
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes.length > 0 && axes.every((axis) => axis >= 0 && axis < rank))
    return axes.toSorted((a, b) => a - b);
  throw new NotConverted(
    `It has no axes (${given.join(', ')}) of ${rank}.`,
    'Save the model again with Keras.',
  );
}

/** A binary op of tensors that broadcast to the shape of the first. */
function with_(call: LayerCall, op: string, x: Tensor, y: Tensor): Tensor {
  const shape = broadcast(x.shape, y.shape) ?? x.shape;
  return emit(call, op, [x, y], { dtype: x.dtype, shape });
}

function batchNormalization(call: LayerCall): Tensor {
  const x = only(call);
  const axes = axesOf(call, x);
  const [axis = 0] = axes;
  const channels = x.shape[axis];
  if (axes.length !== 1 || channels == null)
    throw new NotConverted('It normalises several axes, or channels without a number.', EXPORT);
  const { settings, builder, scope } = call;
  const all = (value: number): Tensor =>
    builder.constant(
      scope,
      Array.from({ length: Math.min(channels, MOST_CHANNELS) }, () => value),
      x.dtype,
    );
  const parameters = [
    settings.flag('scale', true) ? call.weight('gamma') : all(1),
    settings.flag('center', true) ? call.weight('beta') : all(0),
    call.weight('moving_mean'),
    call.weight('moving_variance'),
  ];
  if (parameters.some(({ shape }) => shape[0] !== channels))
    throw new NotConverted(
      `Its weights are not those of ${channels} channels.`,
      'Save the model again with Keras.',
    );
  const epsilon = settings.number('epsilon', 1e-3);
  if (x.shape.length === 4 && (axis === 1 || axis === 3)) {
    const attributes = {
      epsilon: float(epsilon),
      is_training: flag(false),
      data_format: text(axis === 3 ? 'NHWC' : 'NCHW'),
    };
    return same(call, 'FusedBatchNormV3', [x, ...parameters], attributes);
  }
  return normalized(call, x, axis, parameters as [Tensor, Tensor, Tensor, Tensor], epsilon);
}

/** Beyond what any layer has; a shape alone must not cost memory. */
const MOST_CHANNELS = 1_000_000;

/** `x s + (beta - mean s)` with `s = gamma / √(variance + epsilon)`, as `tf.nn.batch_normalization` computes it. */
function normalized(
  call: LayerCall,
  x: Tensor,
  axis: number,
  [gamma, beta, mean, variance]: readonly [Tensor, Tensor, Tensor, Tensor],
  epsilon: number,
): Tensor {
  const deviation = same(call, 'Rsqrt', [same(call, 'AddV2', [variance, scalar(call, epsilon, x)])]);
  const factor = same(call, 'Mul', [deviation, gamma]);
  const term = same(call, 'Sub', [beta, same(call, 'Mul', [mean, factor])]);
  const along = (value: Tensor): Tensor =>
    axis === x.shape.length - 1
      ? value
      : reshaped(call, value, [value.shape[0] ?? null, ...x.shape.slice(axis + 1).map(() => 1)]);
  return same(call, 'AddV2', [same(call, 'Mul', [x, along(factor)]), along(term)]);
}

function layerNormalization(call: LayerCall): Tensor {
  const x = only(call);
  const { settings } = call;
  settings.require('rms_scaling', false, 'It does not subtract the mean.');
  const axes = axesOf(call, x);
  const last = axes.every((axis, index) => axis === x.shape.length - axes.length + index);
  if (!last) throw new NotConverted('It normalises axes that are not the last ones.', EXPORT);
  const centred = same(call, 'Sub', [x, reduced(call, 'Mean', x, axes)]);
  const variance = reduced(call, 'Mean', same(call, 'Square', [centred]), axes);
  const deviation = same(call, 'Rsqrt', [
    same(call, 'AddV2', [variance, scalar(call, settings.number('epsilon', 1e-3), x)]),
  ]);
  const plain = same(call, 'Mul', [centred, deviation]);
  const scaled = settings.flag('scale', true) ? with_(call, 'Mul', plain, call.weight('gamma')) : plain;
  return settings.flag('center', true) ? with_(call, 'AddV2', scaled, call.weight('beta')) : scaled;
}

/** A reduction that keeps its axes. */
function reduced(call: LayerCall, op: string, x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return emit(call, op, [x, indices(call, axes)], { dtype: x.dtype, shape }, { keep_dims: flag(true) });
}

/** What Keras adds below a root lest it divide by 0. */
const SMALLEST_DEVIATION = 1e-7;

/** `(x - mean) / max(√variance, 1e-7)`, with what the layer was given or has learnt. */
function normalization(call: LayerCall): Tensor {
  const x = only(call);
  const { settings, builder, scope } = call;
  settings.require('invert', false, 'It computes the way back.');
  const axes =
    settings.fields['axis'] === null ||
    (isList(settings.fields['axis']) && settings.fields['axis'].length === 0)
      ? []
      : axesOf(call, x);
  if (axes.length > 1 || (axes.length === 1 && axes[0] !== x.shape.length - 1))
    throw new NotConverted('It normalises axes other than the last one.', EXPORT);
  const given = settings.has('mean');
  const parameter = (name: string): Tensor => {
    if (!given) return call.weight(name);
    const numbers = numbersOf(settings.fields[name], name);
    return builder.constant(scope, numbers, x.dtype, numbers.length === 1 ? [] : [numbers.length]);
  };
  const deviation = same(call, 'Sqrt', [parameter('variance')]);
  const atLeast = same(call, 'Maximum', [deviation, scalar(call, SMALLEST_DEVIATION, x)]);
  return with_(call, 'RealDiv', with_(call, 'Sub', x, parameter('mean')), atLeast);
}

/** The numbers in a setting, however they are put into lists. */
function numbersOf(value: Json | undefined, name: string): readonly number[] {
  const numbers = isList(value) ? value.flatMap((one) => numbersOf(one, name)) : [value];
  if (numbers.length > 0 && numbers.every((one) => typeof one === 'number')) return numbers as number[];
  throw new NotConverted(`Its setting ${name} has no numbers.`, 'Save the model again with Keras.');
}

function rescaling(call: LayerCall): Tensor {
  const x = only(call);
  const parameter = (name: string, otherwise: number): Tensor => {
    const numbers = numbersOf(call.settings.fields[name] ?? otherwise, name);
    const shape: Shape = numbers.length === 1 ? [] : [numbers.length];
    return call.builder.constant(call.scope, numbers, x.dtype, shape);
  };
  const scaled = with_(call, 'Mul', x, parameter('scale', 1));
  return with_(call, 'AddV2', scaled, parameter('offset', 0));
}

function resizing(call: LayerCall): Tensor {
  const x = ranked(call, 4);
  const { settings } = call;
  for (const name of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'])
    settings.require(name, false, 'It does more than resize.');
  settings.require('data_format', 'channels_last', 'It resizes channels.');
  return resize(
    call,
    x,
    [settings.number('height'), settings.number('width')],
    settings.text('interpolation', 'bilinear'),
  );
}

/** Layers that shift and scale. */
export const NORMALIZATIONS: LayerKinds = {
  BatchNormalization: {
    weights: (settings) => [
      ...(settings.flag('scale', true) ? [slot('gamma', [null])] : []),
      ...(settings.flag('center', true) ? [slot('beta', [null])] : []),
      slot('moving_mean', [null], false),
      slot('moving_variance', [null], false),
    ],
    call: batchNormalization,
    keepsMask: true,
  },
  LayerNormalization: {
    weights: (settings) => [
      ...(settings.flag('scale', true) ? [slot('gamma', null)] : []),
      ...(settings.flag('center', true) ? [slot('beta', null)] : []),
    ],
    call: layerNormalization,
    keepsMask: true,
  },
  Normalization: {
    weights: (settings) =>
      settings.has('mean')
        ? []
        : [slot('mean', null, false), slot('variance', null, false), slot('count', [], false)],
    call: normalization,
  },
  Rescaling: { call: rescaling, ignoresTraining: true },
  Resizing: { call: resizing, ignoresTraining: true },
};
