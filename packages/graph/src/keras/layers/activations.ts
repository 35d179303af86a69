import { NotConverted } from '../../import/refuse.ts';
import { broadcast } from '../../import/value.ts';
import { isFields, type Json } from '../config/json.ts';
import { float, type Tensor, type } from '../graph/builder.ts';
import { emit, type LayerCall, type LayerKinds, only, same, scalar, slot } from './layer-kind.ts';
import { EXPORT, settingsOf } from './settings.ts';
import { transposed } from './shapes.ts';

type Activation = (call: LayerCall, x: Tensor) => Tensor;

function unary(op: string): Activation {
  return (call, x) => same(call, op, [x]);
}

function times(call: LayerCall, x: Tensor, factor: number): Tensor {
  return same(call, 'Mul', [x, scalar(call, factor, x)]);
}

function plus(call: LayerCall, x: Tensor, term: number): Tensor {
  return same(call, 'AddV2', [x, scalar(call, term, x)]);
}

function clipped(call: LayerCall, x: Tensor, low: number, high: number): Tensor {
  return same(call, 'Maximum', [same(call, 'Minimum', [x, scalar(call, high, x)]), scalar(call, low, x)]);
}

/** `0.5 x (1 + erf(x / √2))` (https://arxiv.org/abs/1606.08415). */
function gelu(call: LayerCall, x: Tensor): Tensor {
  const inner = same(call, 'Erf', [times(call, x, Math.SQRT1_2)]);
  return same(call, 'Mul', [times(call, x, 0.5), plus(call, inner, 1)]);
}

/** `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`, as the same paper has it. */
function geluByTanh(call: LayerCall, x: Tensor): Tensor {
  const cube = same(call, 'Mul', [x, same(call, 'Square', [x])]);
  const sum = same(call, 'AddV2', [x, times(call, cube, 0.044715)]);
  const inner = same(call, 'Tanh', [times(call, sum, Math.sqrt(2 / Math.PI))]);
  return same(call, 'Mul', [times(call, x, 0.5), plus(call, inner, 1)]);
}

/** Keras 2 has a slope of 0.2, Keras 3 one of 1/6. */
function hardSigmoid(call: LayerCall, x: Tensor): Tensor {
  if (call.keras === 2) return clipped(call, plus(call, times(call, x, 0.2), 0.5), 0, 1);
  return times(call, same(call, 'Relu6', [plus(call, x, 3)]), 1 / 6);
}

function hardSwish(call: LayerCall, x: Tensor): Tensor {
  const gate = times(call, same(call, 'Relu6', [plus(call, x, 3)]), 1 / 6);
  return same(call, 'Mul', [x, gate]);
}

function swish(call: LayerCall, x: Tensor): Tensor {
  return same(call, 'Mul', [x, same(call, 'Sigmoid', [x])]);
}

function mish(call: LayerCall, x: Tensor): Tensor {
  return same(call, 'Mul', [x, same(call, 'Tanh', [same(call, 'Softplus', [x])])]);
}

function leakyRelu(slope: number): Activation {
  return (call, x) => same(call, 'LeakyRelu', [x], { alpha: float(slope) });
}

function softmax(call: LayerCall, x: Tensor): Tensor {
  return softmaxAlong('Softmax')(call, x, -1);
}

/** TensorFlow's op goes along the last axis. */
function softmaxAlong(op: string) {
  return (call: LayerCall, x: Tensor, given: number): Tensor => {
    const rank = x.shape.length;
    const axis = given < 0 ? given + rank : given;
    if (!(axis >= 0 && axis < rank))
      throw new NotConverted(`It has no axis ${given} of ${rank}.`, 'Save the model again with Keras.');
    if (axis === rank - 1) return same(call, op, [x]);
    const order = x.shape.map((_, at) => (at === axis ? rank - 1 : at === rank - 1 ? axis : at));
    return transposed(call, same(call, op, [transposed(call, x, order)]), order);
  };
}

export const BY_NAME: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: unary('Relu'),
  relu6: unary('Relu6'),
  sigmoid: unary('Sigmoid'),
  tanh: unary('Tanh'),
  softmax,
  log_softmax: (call, x) => softmaxAlong('LogSoftmax')(call, x, -1),
  softplus: unary('Softplus'),
  softsign: unary('Softsign'),
  elu: unary('Elu'),
  selu: unary('Selu'),
  exponential: unary('Exp'),
  gelu,
  swish,
  silu: swish,
  mish,
  hard_sigmoid: hardSigmoid,
  hard_swish: hardSwish,
  hard_silu: hardSwish,
  leaky_relu: leakyRelu(0.2),
  log_sigmoid: (call, x) => same(call, 'Neg', [same(call, 'Softplus', [same(call, 'Neg', [x])])]),
  hard_tanh: (call, x) => clipped(call, x, -1, 1),
  tanh_shrink: (call, x) => same(call, 'Sub', [x, same(call, 'Tanh', [x])]),
};

/** Applies the activation that a setting says: its name, a function of Keras, or a layer. Throws `NotConverted`. */
export function activated(call: LayerCall, x: Tensor, setting: Json | undefined): Tensor {
  const name = nameOf(setting);
  const activation = name !== undefined && Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (activation !== undefined) return activation(call, x);
  if (isFields(setting)) {
    const kind = typeof setting['class_name'] === 'string' ? setting['class_name'] : '';
    const layer = Object.hasOwn(ACTIVATIONS, kind) ? ACTIVATIONS[kind] : undefined;
    if (layer !== undefined && layer.weights === undefined && isFields(setting['config']))
      return layer.call({ ...call, inputs: [x], settings: settingsOf(setting['config']) }) as Tensor;
  }
  throw new NotConverted(
    `Its activation is ${JSON.stringify(name ?? setting ?? null).slice(0, 80)}.`,
    EXPORT,
  );
}

function nameOf(setting: Json | undefined): string | undefined {
  if (setting == null) return 'linear';
  if (isFields(setting)) {
    const function_ = setting['class_name'] === 'function' && setting['module'] === 'builtins';
    return function_ && typeof setting['config'] === 'string' ? setting['config'] : undefined;
  }
  return typeof setting === 'string' ? setting : undefined;
}

function relu(call: LayerCall): Tensor {
  const { settings } = call;
  const x = only(call);
  const slope = settings.number('negative_slope', 0);
  const threshold = settings.number('threshold', 0);
  const most = settings.has('max_value') ? settings.number('max_value') : Number.POSITIVE_INFINITY;
  if (threshold !== 0 && slope !== 0)
    throw new NotConverted('It has both a threshold and a slope below it.', EXPORT);
  if (threshold === 0 && slope === 0 && most === 6) return same(call, 'Relu6', [x]);
  const low =
    threshold !== 0
      ? above(call, x, threshold)
      : slope === 0
        ? same(call, 'Relu', [x])
        : leakyRelu(slope)(call, x);
  return most === Number.POSITIVE_INFINITY ? low : same(call, 'Minimum', [low, scalar(call, most, x)]);
}

/** What is larger than a threshold, and 0 otherwise. */
function above(call: LayerCall, x: Tensor, threshold: number): Tensor {
  const larger = emit(call, 'Greater', [x, scalar(call, threshold, x)], { dtype: 'bool', shape: x.shape });
  const factor = emit(
    call,
    'Cast',
    [larger],
    { dtype: x.dtype, shape: x.shape },
    { SrcT: type('bool'), DstT: type(x.dtype) },
  );
  return same(call, 'Mul', [x, factor]);
}

function elu(call: LayerCall): Tensor {
  const x = only(call);
  const alpha = call.settings.number('alpha', 1);
  const curve = same(call, 'Elu', [x]);
  if (alpha === 1) return curve;
  const positive = emit(call, 'Greater', [x, scalar(call, 0, x)], { dtype: 'bool', shape: x.shape });
  return emit(call, 'SelectV2', [positive, x, times(call, curve, alpha)], { dtype: x.dtype, shape: x.shape });
}

function prelu(call: LayerCall): Tensor {
  const x = only(call);
  const negative = same(call, 'Relu', [same(call, 'Neg', [x])]);
  const slope = call.weight('alpha');
  const shape = broadcast(negative.shape, slope.shape) ?? negative.shape;
  const below = emit(call, 'Mul', [negative, slope], { dtype: x.dtype, shape });
  return same(call, 'Sub', [same(call, 'Relu', [x]), below]);
}

function softmaxLayer(call: LayerCall): Tensor {
  const x = only(call);
  if (x.mask !== undefined) throw new NotConverted('It leaves steps out by a mask.', EXPORT);
  const axes = call.settings.has('axis') ? call.settings.integers('axis') : [-1];
  if (axes.length !== 1) throw new NotConverted('It goes along several axes.', EXPORT);
  return softmaxAlong('Softmax')(call, x, axes[0] as number);
}

/** Activations that are layers. */
export const ACTIVATIONS: LayerKinds = {
  Activation: {
    call: (call) => activated(call, only(call), call.settings.fields['activation']),
    keepsMask: true,
  },
  ReLU: { call: relu, keepsMask: true },
  LeakyReLU: {
    call: (call) =>
      leakyRelu(call.settings.number(call.settings.has('negative_slope') ? 'negative_slope' : 'alpha', 0.3))(
        call,
        only(call),
      ),
    keepsMask: true,
  },
  PReLU: { weights: () => [slot('alpha', null)], call: prelu, keepsMask: true },
  ELU: { call: elu, keepsMask: true },
  ThresholdedReLU: {
    call: (call) => above(call, only(call), call.settings.number('theta', 1)),
    keepsMask: true,
  },
  Softmax: { call: softmaxLayer, keepsMask: true },
};

/** Functions of one tensor that are layers of their own where they were called on Keras's tensors. */
export const FUNCTIONS: Readonly<Record<string, Activation>> = {
  ...BY_NAME,
  geluByTanh,
};
