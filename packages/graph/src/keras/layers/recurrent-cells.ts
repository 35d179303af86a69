import type { Tensor } from '../graph/builder.ts';
import { activated } from './activations.ts';
import { emit, type LayerCall, same, scalar } from './layer-kind.ts';
import { sliced } from './shapes.ts';

/** What one cell of a class is. */
export interface Cell {
  /** How many kernels of `units` columns stand side by side. */
  readonly gates: number;
  readonly states: number;
  /** The states behind a step, the first of which is what the layer gives; from its input and the states before. */
  readonly step: (
    call: LayerCall,
    x: Tensor,
    states: readonly Tensor[],
    weights: Weights,
  ) => readonly Tensor[];
}

/** What a cell multiplies with and adds. */
export interface Weights {
  readonly units: number;
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor | undefined;
  /** What is added to the product with the states, where the cell has such. */
  readonly recurrentBias: Tensor | undefined;
}

function matMul(call: LayerCall, x: Tensor, kernel: Tensor): Tensor {
  const made = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), kernel.shape[1] ?? null] };
  return emit(call, x.shape.length === 2 ? 'MatMul' : 'BatchMatMulV2', [x, kernel], made);
}

function gate(call: LayerCall, x: Tensor, index: number, units: number): Tensor {
  return sliced(call, x, 1, index * units, (index + 1) * units);
}

function inner(call: LayerCall, x: Tensor): Tensor {
  return activated(call, x, call.settings.fields['activation'] ?? 'tanh');
}

function recurrent(call: LayerCall, x: Tensor): Tensor {
  return activated(call, x, call.settings.fields['recurrent_activation'] ?? 'sigmoid');
}

/** The sum of two tensors of one shape. */
export function add(call: LayerCall, a: Tensor, b: Tensor): Tensor {
  return same(call, 'AddV2', [a, b]);
}

/** The product of two tensors of one shape, element by element. */
export function multiply(call: LayerCall, a: Tensor, b: Tensor): Tensor {
  return same(call, 'Mul', [a, b]);
}

function plus(call: LayerCall, x: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? x : same(call, 'BiasAdd', [x, bias]);
}

/** `h = act(x K + b + h R)`. */
export const SIMPLE: Cell = {
  gates: 1,
  states: 1,
  step: (call, x, [h], { kernel, recurrent: inner_, bias }) => [
    inner(call, add(call, plus(call, matMul(call, x, kernel), bias), matMul(call, h as Tensor, inner_))),
  ],
};

/** Gates in the order input, forget, cell, output. */
export const LSTM: Cell = {
  gates: 4,
  states: 2,
  step: (call, x, [h, c], { kernel, recurrent: inner_, bias, units }) => {
    const sum = add(call, matMul(call, x, kernel), matMul(call, h as Tensor, inner_));
    const z = plus(call, sum, bias);
    const [input, forget, output] = [0, 1, 3].map((index) =>
      recurrent(call, gate(call, z, index, units)),
    ) as [Tensor, Tensor, Tensor];
    const candidate = inner(call, gate(call, z, 2, units));
    const cell = add(call, multiply(call, forget, c as Tensor), multiply(call, input, candidate));
    return [multiply(call, output, inner(call, cell)), cell];
  },
};

/** Gates in the order update, reset, candidate; what is reset stands before the product, or behind it. */
export const GRU: Cell = {
  gates: 3,
  states: 1,
  step: (call, x, [before], weights) => {
    const { units, recurrent: kernel } = weights;
    const h = before as Tensor;
    const column = (of: Tensor, index: number): Tensor => gate(call, of, index, units);
    const given = plus(call, matMul(call, x, weights.kernel), weights.bias);
    const after = call.settings.flag('reset_after', call.keras === 3);
    const product = matMul(call, h, after ? kernel : sliced(call, kernel, 1, 0, 2 * units));
    const inside = plus(call, product, weights.recurrentBias);
    const [update, reset] = [0, 1].map((index) =>
      recurrent(call, add(call, column(given, index), column(inside, index))),
    ) as [Tensor, Tensor];
    const held = after
      ? multiply(call, reset, column(inside, 2))
      : matMul(call, multiply(call, reset, h), sliced(call, kernel, 1, 2 * units, 3 * units));
    const candidate = inner(call, add(call, column(given, 2), held));
    const rest = { ...same(call, 'Sub', [scalar(call, 1, update), update]), shape: update.shape };
    return [add(call, multiply(call, update, h), multiply(call, rest, candidate))];
  },
};
