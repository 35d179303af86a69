import { axesOf, axisOf, type Call, type Rule, rankOf } from './rule.ts';
import { asSize, type Dim, type Dims, differ, NOTHING, ofRank, shaped } from './shape.ts';

/** A normalization with a number for each channel in these inputs. */
export function perChannel(first: number, last: number): Rule {
  return (call) => {
    const input = call.dims(0);
    const channels = input === undefined || input.length < 2 ? undefined : input[1];
    for (let each = first; each <= last; each += 1) {
      const dims = call.dims(each);
      if (dims === undefined || (dims.length === 1 && !differ(dims[0], channels))) continue;
      call.report(
        `Its input ${call.title(each)} must have one axis, with a number for each of the ${channels ?? '?'} channels of ${call.title(0)}.`,
      );
    }
    const perEach = shaped([channels]);
    return [
      shaped(input),
      ...Array.from({ length: call.outputCount - 1 }, () => (channels === undefined ? NOTHING : perEach)),
    ];
  };
}

/** The mean and what follows are of one for each that is normalized. */
export const layerNormalization: Rule = (call) => {
  const input = call.dims(0);
  const axis = input === undefined ? undefined : axisOf(call, call.int('axis') ?? -1, input.length);
  if (input === undefined || axis === undefined) return [];
  const rows = shaped(input.map((dim, index) => (index < axis ? dim : 1)));
  return [shaped(input), rows, rows];
};

/** LSTM, GRU and RNN: by time step, direction and batch; then the last states. */
export function recurrent(gates: number): Rule {
  return (call) => {
    const ranks = [0, 1, 2].map((input) => rankOf(call, input, [3]));
    const [input, weights, recurrence] = [0, 1, 2].map((each) => call.dims(each) ?? []);
    if (ranks.includes(undefined) || input === undefined || weights === undefined || recurrence === undefined)
      return [];
    if (differ(input[2], weights[2])) {
      call.report(
        `Its input ${call.title(0)} has ${input[2]} features; its weights ${call.title(1)} take ${weights[2]}.`,
      );
      return [];
    }
    const directions = call.text('direction') === 'bidirectional' ? 2 : 1;
    const hidden: Dim = call.int('hidden_size') ?? recurrence[2];
    const rows = typeof hidden === 'number' ? gates * hidden : undefined;
    if (differ(weights[0], directions) || differ(weights[1], rows) || differ(recurrence[2], hidden)) {
      call.report(
        `Its weights ${call.title(1)} and ${call.title(2)} are not those of ${directions} directions with ${hidden ?? '?'} hidden units.`,
      );
      return [];
    }
    const state = asSize(hidden);
    // As layout 1 has it, the batch comes first.
    if ((call.int('layout') ?? 0) !== 0) {
      const last = shaped([input[0], directions, state]);
      return [shaped([input[0], input[1], directions, state]), last, last];
    }
    const last = shaped([directions, input[1], state]);
    return [shaped([input[0], directions, input[1], state]), last, last];
  };
}

export const resize: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [];
  const axes = call.has('axes')
    ? axesOf(call, Number.POSITIVE_INFINITY, input.length)
    : input.map((_, axis) => axis);
  const stretches = ['stretch', undefined].includes(call.text('keep_aspect_ratio_policy'));
  if (typeof axes === 'string' || !stretches) return [ofRank(input.length)];
  const found =
    call.version > 10 && call.given(3) ? call.elements(3)?.map(asSize) : scaledSizes(call, axes, input);
  if (found === undefined || found.length === 0) return [ofRank(input.length)];
  if (found.length === axes.length) {
    return [shaped(input.map((dim, axis) => (axes.includes(axis) ? found[axes.indexOf(axis)] : dim)))];
  }
  call.report(
    `It has ${found.length} sizes or scales, not one for each of the ${axes.length} axes of ${call.title(0)}.`,
  );
  return [ofRank(input.length)];
};

function scaledSizes(call: Call, axes: readonly number[], input: Dims): Dims | undefined {
  if (call.text('coordinate_transformation_mode') === 'tf_crop_and_resize') return undefined;
  // Version 10, and Upsample, have no input for the region.
  const factors = call.has('scales') ? undefined : call.floats(call.version < 11 ? 1 : 2);
  return factors === undefined
    ? undefined
    : scaled(
        factors,
        axes.map((axis) => input[axis]),
      );
}

function scaled(factors: readonly number[], dims: Dims): Dims {
  return factors.map((factor, index): Dim => {
    const dim = dims[index];
    if (factor === 1) return dim;
    if (typeof dim !== 'number') return undefined;
    const size = dim * factor;
    // Close to a whole number, the result depends on how a runtime rounds.
    const sure = Number.isInteger(size) || Math.abs(size - Math.round(size)) > 1e-3;
    return sure ? asSize(Math.floor(size)) : undefined;
  });
}

/** What an attribute `shape` says. */
export const ofAttribute: Rule = (call) => [shaped(call.ints('shape'))];

/** The output, and a scale and zero point that are computed. */
export const dynamicQuantization: Rule = (call) => [shaped(call.dims(0)), shaped([]), shaped([])];
