import { NotConverted } from '../../import/refuse.ts';
import { type Fields, fieldsOf, isFields } from '../config/json.ts';
import type { Tensor } from '../graph/builder.ts';
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
import { add, type Cell, GRU, LSTM, multiply, SIMPLE } from './recurrent-cells.ts';
import { backwards, run } from './recurrent-steps.ts';
import { EXPORT, type Settings, settingsOf } from './settings.ts';

const CELLS: Readonly<Record<string, Cell>> = { SimpleRNN: SIMPLE, LSTM, GRU };

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

function layer(cell: Cell): LayerKind {
  return {
    weights: (settings) => slotsOf(cell, settings, 'cell', ''),
    call: (call) => {
      const [x, ...given] = call.inputs;
      if (x === undefined || (given.length > 0 && given.length !== cell.states))
        throw new NotConverted('It is called with other states than it has.', EXPORT);
      const { settings } = call;
      const { output, states } = run(call, cell, x, given, '');
      const all = settings.flag('return_sequences', false);
      if (all && settings.flag('zero_output_for_mask', false) && x.mask !== undefined)
        throw new NotConverted('It gives zeros for steps that are left out.', EXPORT);
      const sequence = all ? { ...output, mask: x.mask } : output;
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
      const { output, states } = run(inside, cell, x, [], prefix);
      const all = settings.flag('return_sequences', false);
      // Steps stand as they came in, whichever way they were taken.
      const y = all && settings.flag('go_backwards', false) ? backwards(call, output) : output;
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
