import { axesOf, axisOf, type Rule, rankOf } from './rule.ts';
import {
  asSize,
  broadcast,
  type Dim,
  type Dims,
  differ,
  MOST_ELEMENTS,
  ofRank,
  product,
  shaped,
  shapeText,
} from './shape.ts';

export const transpose: Rule = (call) => {
  const input = call.dims(0);
  const order = call.ints('perm');
  if (input === undefined) return order === undefined ? [] : [ofRank(order.length)];
  if (order === undefined) return [shaped(input.toReversed())];
  if (
    order.length !== input.length ||
    new Set(order).size !== order.length ||
    order.some((axis) => !(axis in input))
  ) {
    call.report(
      `Its attribute perm is ${shapeText(order)}, which is no order of the axes of ${call.title(0)}.`,
    );
    return [];
  }
  return [shaped(order.map((axis) => input[axis]))];
};

export const squeeze: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [];
  const axes = axesOf(call, 1, input.length);
  if (axes === 'unknown') return [];
  if (axes === 'absent' && !input.every((dim) => typeof dim === 'number')) return [];
  const wrong = axes === 'absent' ? undefined : axes.find((axis) => differ(input[axis], 1));
  if (wrong !== undefined) {
    call.report(`It takes away axis ${wrong} of ${call.title(0)}, which is not 1.`);
    return [];
  }
  const gone = (dim: Dim, axis: number): boolean => (axes === 'absent' ? dim === 1 : axes.includes(axis));
  const dims = input.filter((dim, axis) => !gone(dim, axis));
  return [{ dims, elements: call.elements(0) }];
};

export const unsqueeze: Rule = (call) => {
  const input = call.dims(0);
  const count = call.has('axes') ? call.ints('axes')?.length : call.dims(1)?.[0];
  if (input === undefined || typeof count !== 'number') return [];
  const rank = input.length + count;
  if (ofRank(rank).dims === undefined) return [];
  const axes = axesOf(call, 1, rank);
  if (typeof axes === 'string') return [ofRank(rank)];
  if (new Set(axes).size < axes.length) {
    call.report('It adds the same axis twice.');
    return [];
  }
  const rest = input.values();
  const dims = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.next().value));
  return [{ dims, elements: rank === 1 ? call.elements(0) : undefined }];
};

export const flatten: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [ofRank(2)];
  const axis = call.int('axis') ?? 1;
  if (axis < -input.length || axis > input.length) {
    call.report(`Its axis ${axis} is none of ${call.title(0)}.`);
    return [ofRank(2)];
  }
  return [
    shaped(
      [product(input.slice(0, axis)), product(input.slice(axis < 0 ? axis + input.length : axis))].map(
        (dim, index) => (index === 0 && axis === 0 ? 1 : dim),
      ),
    ),
  ];
};

export const expand: Rule = (call) => {
  const target = call.elements(1);
  const input = call.dims(0);
  if (target === undefined || input === undefined) {
    const rank = call.dims(1)?.[0];
    return typeof rank === 'number' && input !== undefined ? [ofRank(Math.max(rank, input.length))] : [];
  }
  const { dims, conflict } = broadcast([input, target.map(asSize)]);
  if (conflict === undefined) return [shaped(dims)];
  call.report(`Its input ${call.title(0)} cannot be stretched to ${shapeText(target)}.`);
  return [];
};

export const tile: Rule = (call) => {
  const [input, times] = [call.dims(0), call.elements(1)];
  if (input === undefined) return [];
  if (times === undefined) return [ofRank(input.length)];
  if (times.length !== input.length) {
    call.report(`It repeats ${times.length} axes; its input ${call.title(0)} has ${input.length}.`);
    return [];
  }
  return [shaped(input.map((dim, axis) => product([dim, asSize(times[axis])])))];
};

export const pad: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [];
  const amounts = call.given(1) ? call.elements(1) : (call.ints('pads') ?? call.ints('paddings'));
  const axes = call.given(3) ? axesOf(call, 3, input.length) : input.map((_, axis) => axis);
  if (amounts === undefined || typeof axes === 'string') return [ofRank(input.length)];
  if (amounts.length !== 2 * axes.length) {
    call.report(
      `It has ${amounts.length} paddings, not two for each of ${axes.length} axes of ${call.title(0)}.`,
    );
    return [ofRank(input.length)];
  }
  const dims = input.map((dim, axis): Dim => {
    const index = axes.indexOf(axis);
    if (index < 0) return dim;
    const [before, after] = [amounts[index], amounts[index + axes.length]];
    if (before === 0 && after === 0) return dim;
    const known = typeof dim === 'number' && typeof before === 'number' && typeof after === 'number';
    return known ? asSize(dim + before + after) : undefined;
  });
  return [shaped(dims)];
};

/** Blocks of pixels become channels, or the other way round. */
export const blocks: Rule = (call) => {
  const [batch, channels, height, width] = call.dims(0) ?? [];
  const size = call.int('blocksize');
  if (rankOf(call, 0, [4]) === undefined || size === undefined || size < 1) return [];
  const times = (dim: Dim, factor: number): Dim => product([dim, factor]);
  const part = (dim: Dim, factor: number): Dim =>
    typeof dim === 'number' ? asSize(dim / factor) : undefined;
  const area = size * size;
  return call.op === 'DepthToSpace'
    ? [shaped([batch, part(channels, area), times(height, size), times(width, size)])]
    : [shaped([batch, times(channels, area), part(height, size), part(width, size)])];
};

export const concat: Rule = (call) => {
  const all = Array.from({ length: call.inputCount }, (_, input) => call.dims(input));
  const first = all.find((dims) => dims !== undefined);
  if (first === undefined) return [];
  const axis = axisOf({ ...call, title: () => shapeText(first) }, call.int('axis') ?? 1, first.length);
  if (axis === undefined) return [];
  // Runtimes pass over inputs without elements, whatever their other sizes.
  if (all.some((dims) => dims?.includes(0))) return [];
  for (const [input, dims] of all.entries()) {
    if (dims === undefined) continue;
    const wrong =
      dims.length !== first.length || dims.some((dim, index) => index !== axis && differ(dim, first[index]));
    if (!wrong) continue;
    call.report(
      `Its input ${call.title(input)} cannot be put behind ${shapeText(first)} along axis ${axis}: only that axis may differ.`,
    );
    return [];
  }
  const dims = first.map((_, index): Dim => {
    const sizes = all.map((each) => each?.[index]);
    if (index !== axis)
      return sizes.find((size) => typeof size === 'number') ?? sizes.find((size) => size !== undefined);
    if (sizes.length === 1) return sizes[0];
    return sizes.every((size) => typeof size === 'number')
      ? asSize(sizes.reduce((sum, size) => sum + size, 0))
      : undefined;
  });
  return [
    {
      ...shaped(dims),
      elements: dims.length === 1 ? joined(all.map((_, input) => call.elements(input))) : undefined,
    },
  ];
};

function joined(parts: readonly (Dims | undefined)[]): Dims | undefined {
  if (!parts.every((part) => part !== undefined)) return undefined;
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  return count <= MOST_ELEMENTS ? parts.flat() : undefined;
}

export const split: Rule = (call) => {
  const input = call.dims(0);
  const axis = input === undefined ? undefined : axisOf(call, call.int('axis') ?? 0, input.length);
  if (input === undefined || axis === undefined) return [];
  const size = input[axis];
  const sizes = sizesOf(call, size);
  if (sizes !== undefined) {
    const sum = sizes.reduce<number>((all, each) => all + (typeof each === 'number' ? each : Number.NaN), 0);
    if (sizes.length !== call.outputCount || (Number.isSafeInteger(sum) && differ(sum, size))) {
      call.report(
        `It splits axis ${axis} of ${call.title(0)} into ${shapeText(sizes)}, for ${call.outputCount} outputs.`,
      );
      return [];
    }
  }
  return Array.from({ length: call.outputCount }, (_, output) =>
    shaped(input.map((dim, index) => (index === axis ? asSize(sizes?.[output]) : dim))),
  );
};

function sizesOf(call: Parameters<Rule>[0], size: Dim): Dims | undefined {
  if (call.given(1)) return call.elements(1);
  const said = call.ints('split');
  if (said !== undefined) return said;
  if (typeof size !== 'number') return undefined;
  const count = call.outputCount;
  const each = Math.ceil(size / count);
  const last = size - each * (count - 1);
  // Until version 18, all parts must be the same; from there on, the last may be smaller.
  if (last < 0 || (last !== each && call.version < 18)) return undefined;
  return Array.from({ length: count }, (_, output) => (output === count - 1 ? last : each));
}
