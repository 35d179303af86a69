import { NotConverted } from '../../import/refuse.ts';
import { type Fields, fieldsOf, isFields } from '../config/json.ts';
import { int, type Tensor } from '../graph/builder.ts';
import { activated } from './activations.ts';
import {
  emit,
  type LayerCall,
  type LayerKind,
  type LayerKinds,
  same,
  scalar,
  slot,
  type WeightSlot,
} from './layer-kind.ts';
import { EXPORT, type Settings, settingsOf } from './settings.ts';
import { elementAt, expanded, packed, sizeAt, sliced } from './shapes.ts';

/** Steps are written out one by one: beyond these, a model is better made from a SavedModel, which has a loop. */
const MOST_STEPS = 1_000;

/** What one cell of a class is, besides its steps. */
interface Cell {
  /** How many kernels of `units` columns stand side by side. */
  readonly gates: number;
  readonly states: number;
  /** What the layer gives and its next states, from a step's product with the kernel and the states before. */
  readonly step: (
    call: LayerCall,
    projected: Tensor,
    states: readonly Tensor[],
    weights: Weights,
  ) => readonly Tensor[];
}

interface Weights {
  readonly units: number;
  readonly recurrent: Tensor;
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

function add(call: LayerCall, a: Tensor, b: Tensor): Tensor {
  return same(call, 'AddV2', [a, b]);
}

function multiply(call: LayerCall, a: Tensor, b: Tensor): Tensor {
  return same(call, 'Mul', [a, b]);
}

/** `h = act(x K + b + h R)`. */
const SIMPLE: Cell = {
  gates: 1,
  states: 1,
  step: (call, projected, [h], { recurrent: kernel }) => [
    inner(call, add(call, projected, matMul(call, h as Tensor, kernel))),
  ],
};

/** Gates in the order input, forget, cell, output. */
const LSTM: Cell = {
  gates: 4,
  states: 2,
  step: (call, projected, [h, c], { recurrent: kernel, units }) => {
    const z = add(call, projected, matMul(call, h as Tensor, kernel));
    const [input, forget, output] = [0, 1, 3].map((index) =>
      recurrent(call, gate(call, z, index, units)),
    ) as [Tensor, Tensor, Tensor];
    const candidate = inner(call, gate(call, z, 2, units));
    const cell = add(call, multiply(call, forget, c as Tensor), multiply(call, input, candidate));
    return [multiply(call, output, inner(call, cell)), cell];
  },
};

/** Gates in the order update, reset, candidate; what is reset stands before the product, or behind it. */
const GRU: Cell = {
  gates: 3,
  states: 1,
  step: (call, projected, [before], weights) => {
    const { units, recurrent: kernel, recurrentBias } = weights;
    const h = before as Tensor;
    const column = (x: Tensor, index: number): Tensor => gate(call, x, index, units);
    const after = call.settings.flag('reset_after', call.keras === 3);
    const product = matMul(call, h, after ? kernel : sliced(call, kernel, 1, 0, 2 * units));
    const inside = recurrentBias === undefined ? product : add(call, product, recurrentBias);
    const [update, reset] = [0, 1].map((index) =>
      recurrent(call, add(call, column(projected, index), column(inside, index))),
    ) as [Tensor, Tensor];
    const held = after
      ? multiply(call, reset, column(inside, 2))
      : matMul(call, multiply(call, reset, h), sliced(call, kernel, 1, 2 * units, 3 * units));
    const candidate = inner(call, add(call, column(projected, 2), held));
    const rest = same(call, 'Sub', [scalar(call, 1, update), update]);
    const kept = { ...rest, shape: update.shape };
    return [add(call, multiply(call, update, h), multiply(call, kept, candidate))];
  },
};

const CELLS: Readonly<Record<string, Cell>> = { SimpleRNN: SIMPLE, LSTM, GRU };

function hasTwoBiases(cell: Cell, settings: Settings, otherwise: boolean): boolean {
  return cell === GRU && settings.flag('reset_after', otherwise);
}

function slotsOf(cell: Cell, settings: Settings, folder: string, prefix: string): readonly WeightSlot[] {
  const units = settings.number('units');
  const slots = [
    slot(`${prefix}kernel`, [null, units * cell.gates]),
    slot(`${prefix}recurrent_kernel`, [units, units * cell.gates]),
    // One row, or two where the product with the states has its own.
    ...(settings.flag('use_bias', true) ? [slot(`${prefix}bias`, null)] : []),
  ];
  return slots.map((each) => ({ ...each, folder }));
}

/** What a run over the steps gives. */
interface Run {
  /** In the order of the steps as they were taken. */
  readonly outputs: readonly Tensor[];
  readonly states: readonly Tensor[];
}

function run(call: LayerCall, cell: Cell, x: Tensor, given: readonly Tensor[], prefix: string): Run {
  const { settings } = call;
  settings.require('stateful', false, 'It remembers what it was called with before.');
  settings.require('time_major', false, 'It has steps before the batch.');
  const steps = x.shape[1];
  if (x.shape.length !== 3 || steps == null || steps > MOST_STEPS)
    throw new NotConverted(
      `It goes over ${steps ?? 'any number of'} steps, which are written out here, up to ${MOST_STEPS}.`,
      EXPORT,
    );
  const units = settings.number('units');
  const kernel = call.weight(`${prefix}kernel`);
  if (kernel.shape[0] !== x.shape[2])
    throw new NotConverted(
      'Its kernel takes other features than it is given.',
      'Save the model again with Keras.',
    );
  const { bias, recurrentBias } = biases(call, cell, prefix);
  const product = matMul(call, x, kernel);
  const projected = bias === undefined ? product : add(call, product, bias);
  const weights = { units, recurrent: call.weight(`${prefix}recurrent_kernel`), recurrentBias };
  const zeros = given.length === 0 ? [zeroState(call, x, units)] : given;
  let states = Array.from({ length: cell.states }, (_, index) => zeros[index] ?? (zeros[0] as Tensor));
  const outputs: Tensor[] = [];
  const times = Array.from({ length: steps }, (_, time) => time);
  for (const time of settings.flag('go_backwards', false) ? times.toReversed() : times) {
    const next = cell.step(call, elementAt(call, projected, 1, time), states, weights);
    const counts = x.mask === undefined ? undefined : expanded(call, elementAt(call, x.mask, 1, time), 1);
    const chosen = (made: Tensor, before: Tensor): Tensor =>
      counts === undefined
        ? made
        : emit(call, 'SelectV2', [counts, made, before], { dtype: made.dtype, shape: made.shape });
    const output = chosen(next[0] as Tensor, outputs.at(-1) ?? zeroState(call, x, units));
    states = next.map((state, index) => chosen(state, states[index] as Tensor));
    outputs.push(output);
  }
  return { outputs, states };
}

function biases(call: LayerCall, cell: Cell, prefix: string): { bias?: Tensor; recurrentBias?: Tensor } {
  if (!call.settings.flag('use_bias', true)) return {};
  const bias = call.weight(`${prefix}bias`);
  const columns = call.settings.number('units') * cell.gates;
  const two = hasTwoBiases(cell, call.settings, call.keras === 3);
  const wanted = two ? [2, columns] : [columns];
  if (wanted.length !== bias.shape.length || wanted.some((size, axis) => size !== bias.shape[axis]))
    throw new NotConverted(
      `Its bias is of (${bias.shape.join(', ')}), not of (${wanted.join(', ')}).`,
      'Save the model again with Keras.',
    );
  if (!two) return { bias };
  return { bias: elementAt(call, bias, 0, 0), recurrentBias: elementAt(call, bias, 0, 1) };
}

function zeroState(call: LayerCall, x: Tensor, units: number): Tensor {
  const sizes = packed(call, [sizeAt(call, x, 0), units]);
  return emit(call, 'Fill', [sizes, scalar(call, 0, x)], {
    dtype: x.dtype,
    shape: [x.shape[0] ?? null, units],
  });
}

/** Steps side by side as one tensor. */
function together(call: LayerCall, steps: readonly Tensor[]): Tensor {
  const [first] = steps;
  if (first === undefined) throw new NotConverted('It goes over no steps.', EXPORT);
  const shape = first.shape.toSpliced(1, 0, steps.length);
  return emit(call, 'Pack', steps, { dtype: first.dtype, shape }, { axis: int(1) });
}

function layer(cell: Cell): LayerKind {
  return {
    weights: (settings) => slotsOf(cell, settings, 'cell', ''),
    call: (call) => {
      const [x, ...given] = call.inputs;
      if (x === undefined || (given.length > 0 && given.length !== cell.states))
        throw new NotConverted('It is called with other states than it has.', EXPORT);
      const { settings } = call;
      const { outputs, states } = run(call, cell, x, given, '');
      const all = settings.flag('return_sequences', false);
      if (all && settings.flag('zero_output_for_mask', false) && x.mask !== undefined)
        throw new NotConverted('It gives zeros for steps that are left out.', EXPORT);
      const sequence = all ? { ...together(call, outputs), mask: x.mask } : (outputs.at(-1) as Tensor);
      return settings.flag('return_state', false) ? [sequence, ...states] : sequence;
    },
  };
}

const DIRECTIONS = [
  { prefix: 'forward/', folder: 'forward_layer/cell' },
  { prefix: 'backward/', folder: 'backward_layer/cell' },
] as const;

/** The layer of each direction: what runs backwards is a copy where it is not said. */
function directionsOf(
  settings: Settings,
): readonly { cell: Cell; settings: Settings; prefix: string; folder: string }[] {
  const forward = settings.fields['layer'];
  if (!isFields(forward)) throw new NotConverted('It has no layer.', 'Save the model again with Keras.');
  const config = fieldsOf(forward['config'], 'Bidirectional');
  const copy: Fields = { ...forward, config: { ...config, go_backwards: config['go_backwards'] !== true } };
  const backward = settings.fields['backward_layer'];
  return [forward, isFields(backward) ? backward : copy].map((each, index) => {
    const name = String(each['class_name']);
    const cell = Object.hasOwn(CELLS, name) ? CELLS[name] : undefined;
    if (cell === undefined) throw new NotConverted(`It goes both ways through a ${name}.`, EXPORT);
    const direction = DIRECTIONS[index] as (typeof DIRECTIONS)[number];
    return { cell, settings: settingsOf(fieldsOf(each['config'], 'Bidirectional')), ...direction };
  });
}

const bidirectional: LayerKind = {
  weights: (settings) =>
    directionsOf(settings).flatMap(({ cell, settings: inner, folder, prefix }) =>
      slotsOf(cell, inner, folder, prefix),
    ),
  call: (call) => {
    const [x, ...given] = call.inputs;
    if (x === undefined || given.length > 0) throw new NotConverted('It is called with states.', EXPORT);
    const ways = directionsOf(call.settings).map(({ cell, settings, prefix }) => {
      const inside = { ...call, settings };
      const { outputs, states } = run(inside, cell, x, [], prefix);
      // Steps stand as they came in, whichever way they were taken.
      const inOrder = settings.flag('go_backwards', false) ? outputs.toReversed() : outputs;
      const all = settings.flag('return_sequences', false);
      const y = all ? together(call, inOrder) : (outputs.at(-1) as Tensor);
      return { y, states, all, withStates: settings.flag('return_state', false) };
    });
    const [forward, backward] = ways as [(typeof ways)[number], (typeof ways)[number]];
    if (forward.all !== backward.all)
      throw new NotConverted('Its two directions give different things.', EXPORT);
    const merged = mergedWays(call, forward.y, backward.y).map((y) =>
      forward.all ? { ...y, mask: x.mask } : y,
    );
    return forward.withStates ? [...merged, ...forward.states, ...backward.states] : merged;
  },
};

function mergedWays(call: LayerCall, a: Tensor, b: Tensor): readonly Tensor[] {
  const mode = call.settings.has('merge_mode') ? call.settings.text('merge_mode', 'concat') : 'none';
  switch (mode) {
    case 'none':
      return [a, b];
    case 'sum':
      return [add(call, a, b)];
    case 'mul':
      return [multiply(call, a, b)];
    case 'ave':
      return [same(call, 'RealDiv', [add(call, a, b), scalar(call, 2, a)])];
    case 'concat': {
      const axis = a.shape.length - 1;
      const shape = a.shape.with(axis, (a.shape[axis] ?? 0) + (b.shape[axis] ?? 0));
      return [
        emit(call, 'ConcatV2', [a, b, call.builder.constant(call.scope, [axis], 'int32', [])], {
          dtype: a.dtype,
          shape,
        }),
      ];
    }
    default:
      throw new NotConverted(`Its merge_mode is ${mode}.`, EXPORT);
  }
}

/** Layers that go over steps. */
export const RECURRENT: LayerKinds = {
  SimpleRNN: layer(SIMPLE),
  LSTM: layer(LSTM),
  GRU: layer(GRU),
  Bidirectional: bidirectional,
};
