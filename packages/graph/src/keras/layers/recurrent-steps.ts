import { NotConverted } from '../../import/refuse.ts';
import { type Builder, int, type Shape, type Tensor, type } from '../graph/builder.ts';
import { loop } from '../graph/loop.ts';
import { emit, indices, type LayerCall, same, scalar } from './layer-kind.ts';
import { type Cell, GRU, type Weights } from './recurrent-cells.ts';
import type { Settings } from './settings.ts';
import { elementAt, expanded, packed, sizeAt, transposed } from './shapes.ts';

/** What a run over the steps gives. */
interface Run {
  /** Of all steps, in the order that they were taken in, where they are asked for; else of the last. */
  readonly output: Tensor;
  readonly states: readonly Tensor[];
}

/** Runs the cell over the steps of `given`, from the states that are given or from zeros. Throws `NotConverted`. */
export function run(
  call: LayerCall,
  cell: Cell,
  given: Tensor,
  initial: readonly Tensor[],
  prefix: string,
): Run {
  const { settings } = call;
  settings.require('stateful', false, 'It remembers what it was called with before.');
  settings.require('time_major', false, 'It has steps before the batch.');
  const units = settings.number('units');
  const kernel = call.weight(`${prefix}kernel`);
  if (given.shape.length !== 3 || kernel.shape[0] !== given.shape[2])
    throw new NotConverted(
      'Its kernel takes other features than it is given.',
      'Save the model again with Keras.',
    );
  const weights = {
    units,
    kernel,
    recurrent: call.weight(`${prefix}recurrent_kernel`),
    ...biases(call, cell, prefix),
  };
  const zero = zeroState(call, given, units);
  const states = Array.from({ length: cell.states }, (_, index) => initial[index] ?? zero);
  const x = settings.flag('go_backwards', false) ? backwards(call, given) : given;
  return overSteps(call, cell, x, states, weights, zero);
}

/**
 * The loop over the steps, as Keras writes it: lists of what each step takes and of what it gives. A step that is left
 * out gives what the one before gave, and keeps the states.
 */
function overSteps(
  call: LayerCall,
  cell: Cell,
  x: Tensor,
  initial: readonly Tensor[],
  weights: Weights,
  zero: Tensor,
): Run {
  const all = call.settings.flag('return_sequences', false);
  const number = (value: number): Tensor => call.builder.constant(call.scope, [value], 'int32', []);
  const steps = sizeAt(call, x, 1);
  const { units, ...tensors } = weights;
  const fixed = Object.entries(tensors).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  const mask = x.mask === undefined ? undefined : listOf(call, expanded(call, x.mask, 2));
  const optional = (wanted: boolean, tensor: () => Tensor): readonly Tensor[] => (wanted ? [tensor()] : []);
  const groups = {
    time: [number(0)],
    steps: [steps],
    outputs: optional(all, () => reserved(call, steps, zero)),
    previous: optional(mask !== undefined, () => zero),
    states: initial,
    items: [listOf(call, x)],
    mask: optional(mask !== undefined, () => mask as Tensor),
    fixed: fixed.map(([, tensor]) => tensor),
  };
  const grouped = (values: readonly Tensor[]): typeof groups => {
    let at = 0;
    const take = (group: readonly Tensor[]): Tensor[] => {
      at += group.length;
      return values.slice(at - group.length, at);
    };
    return Object.fromEntries(
      Object.entries(groups).map(([name, group]) => [name, take(group)]),
    ) as unknown as typeof groups;
  };
  const round = (builder: Builder, values: readonly Tensor[]): readonly Tensor[] => {
    const inside = { ...call, builder, scope: 'step' };
    const before = grouped(values);
    const [time, list, previous, item, counted] = [
      before.time,
      before.outputs,
      before.previous,
      before.items,
      before.mask,
    ].map(([first]) => first) as [Tensor, Tensor | undefined, Tensor | undefined, Tensor, Tensor | undefined];
    const own = Object.fromEntries(
      fixed.map(([name], index) => [name, before.fixed[index]]),
    ) as unknown as Weights;
    const row = itemOf(inside, item, time, x.dtype, [x.shape[0] ?? null, x.shape[2] ?? null]);
    const counts =
      counted === undefined ? undefined : itemOf(inside, counted, time, 'bool', [x.shape[0] ?? null, 1]);
    const made = cell.step(inside, row, before.states, { ...own, units });
    const chosen = (next: Tensor, otherwise: Tensor): Tensor =>
      counts === undefined ? next : emit(inside, 'SelectV2', [counts, next, otherwise], next);
    const output = chosen(made[0] as Tensor, previous ?? (made[0] as Tensor));
    const next = emit(inside, 'AddV2', [time, builder.constant('step', [1], 'int32', [])], time);
    return Object.values({
      ...before,
      time: [next],
      outputs:
        list === undefined
          ? []
          : [emit(inside, 'TensorListSetItem', [list, time, output], list, { element_dtype: type(x.dtype) })],
      previous: previous === undefined ? [] : [output],
      states: made.map((state, index) => chosen(state, before.states[index] as Tensor)),
    }).flat();
  };
  const goesOn = (builder: Builder, values: readonly Tensor[]): readonly Tensor[] => {
    const { time, steps: count } = grouped(values);
    return [builder.add('step', 'Less', [...time, ...count], { dtype: 'bool', shape: [] })];
  };
  const after = grouped(loop(call.builder, call.scope, Object.values(groups).flat(), goesOn, round));
  const [list, last = after.states[0]] = [after.outputs[0], after.previous[0]];
  const output = list === undefined ? (last as Tensor) : stacked(call, list, x, zero);
  return { output, states: after.states };
}

/** The steps as a list. */
function listOf(call: LayerCall, x: Tensor): Tensor {
  const first = transposed(call, x, [1, 0, 2]);
  const attributes = { element_dtype: type(x.dtype), shape_type: type('int32') };
  return emit(
    call,
    'TensorListFromTensor',
    [first, elementShape(call, x.shape[2] ?? null)],
    LIST,
    attributes,
  );
}

/** A list for what each step gives. */
function reserved(call: LayerCall, steps: Tensor, like: Tensor): Tensor {
  const attributes = { element_dtype: type(like.dtype), shape_type: type('int32') };
  return emit(
    call,
    'TensorListReserve',
    [elementShape(call, like.shape[1] ?? null), steps],
    LIST,
    attributes,
  );
}

function itemOf(call: LayerCall, list: Tensor, time: Tensor, dtype: string, shape: Shape): Tensor {
  const inputs = [list, time, elementShape(call, shape[1] ?? null)];
  return emit(call, 'TensorListGetItem', inputs, { dtype, shape }, { element_dtype: type(dtype) });
}

/** A list as a tensor whose second axis goes over the steps. */
function stacked(call: LayerCall, list: Tensor, x: Tensor, like: Tensor): Tensor {
  const [batch = null, units = null] = like.shape;
  const made = { dtype: like.dtype, shape: [x.shape[1] ?? null, batch, units] };
  const attributes = { element_dtype: type(like.dtype), num_elements: int(x.shape[1] ?? -1) };
  const stack = emit(call, 'TensorListStack', [list, elementShape(call, units)], made, attributes);
  return transposed(call, stack, [1, 0, 2]);
}

const LIST = { dtype: 'variant', shape: [] };

function elementShape(call: LayerCall, columns: number | null): Tensor {
  return indices(call, [-1, columns ?? -1]);
}

/** With its steps, and what says which of them count, in the other order. */
export function backwards(call: LayerCall, x: Tensor): Tensor {
  const reversed = same(call, 'ReverseV2', [x, indices(call, [1])]);
  return x.mask === undefined
    ? reversed
    : { ...reversed, mask: same(call, 'ReverseV2', [x.mask, indices(call, [1])]) };
}

function biases(call: LayerCall, cell: Cell, prefix: string): Pick<Weights, 'bias' | 'recurrentBias'> {
  if (!call.settings.flag('use_bias', true)) return { bias: undefined, recurrentBias: undefined };
  const bias = call.weight(`${prefix}bias`);
  const columns = call.settings.number('units') * cell.gates;
  const two = hasTwoBiases(cell, call.settings, call.keras === 3);
  const wanted = two ? [2, columns] : [columns];
  if (wanted.length !== bias.shape.length || wanted.some((size, axis) => size !== bias.shape[axis]))
    throw new NotConverted(
      `Its bias is of (${bias.shape.join(', ')}), not of (${wanted.join(', ')}).`,
      'Save the model again with Keras.',
    );
  if (!two) return { bias, recurrentBias: undefined };
  return { bias: elementAt(call, bias, 0, 0), recurrentBias: elementAt(call, bias, 0, 1) };
}

function zeroState(call: LayerCall, x: Tensor, units: number): Tensor {
  const sizes = packed(call, [sizeAt(call, x, 0), units]);
  return emit(call, 'Fill', [sizes, scalar(call, 0, x)], {
    dtype: x.dtype,
    shape: [x.shape[0] ?? null, units],
  });
}

/** Whether the product with the states has a bias of its own. */
function hasTwoBiases(cell: Cell, settings: Settings, otherwise: boolean): boolean {
  return cell === GRU && settings.flag('reset_after', otherwise);
}
