import { axesOf, axisOf, type Call, type Rule } from './rule.ts';
import { asSize, computed, type Dim, type Dims, ofRank, shaped } from './shape.ts';

export const gather: Rule = (call) => {
  const [input, indices] = [call.dims(0), call.dims(1)];
  if (input === undefined) return [];
  const axis = axisOf(call, call.int('axis') ?? 0, input.length);
  if (axis === undefined || indices === undefined) return [];
  const dims = [...input.slice(0, axis), ...indices, ...input.slice(axis + 1)];
  return [{ ...shaped(dims), elements: dims.length <= 1 ? picked(call) : undefined }];
};

function picked(call: Call): Dims | undefined {
  const [elements, indices] = [call.elements(0), call.elements(1)];
  if (elements === undefined || indices === undefined || call.dims(0)?.length !== 1) return undefined;
  return indices.map((index) => (typeof index === 'number' ? elements.at(index) : undefined));
}

/** The output is as the indices. */
export const gatherElements: Rule = (call) => [shaped(call.dims(1))];

export const gatherNd: Rule = (call) => {
  const [input, indices] = [call.dims(0), call.dims(1)];
  const depth = indices?.at(-1);
  if (input === undefined || indices === undefined || typeof depth !== 'number') return [];
  const from = (call.int('batch_dims') ?? 0) + depth;
  if (from <= input.length) return [shaped([...indices.slice(0, -1), ...input.slice(from)])];
  call.report(`Its indices ${call.title(1)} name ${depth} axes, more than its input ${call.title(0)} has.`);
  return [];
};

export const slice: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [];
  const list = (name: string, index: number): Dims | undefined => call.ints(name) ?? call.elements(index);
  const [starts, ends] = [list('starts', 1), list('ends', 2)];
  const count = starts?.length ?? call.dims(1)?.[0];
  const axes = axesOf(call, 3, input.length);
  const given =
    axes === 'absent' && typeof count === 'number' ? input.map((_, axis) => axis).slice(0, count) : axes;
  if (typeof given === 'string') return [ofRank(input.length)];
  const steps = call.given(4) ? call.elements(4) : given.map(() => 1);
  const parts = (dim: Dim, axis: number): Dim => {
    const index = given.lastIndexOf(axis);
    return index < 0 ? dim : partOf(dim, starts?.[index], ends?.[index], steps?.[index]);
  };
  const elements = call.elements(0);
  const ranges = given.length === 1 && input.length === 1;
  const followed =
    ranges && elements !== undefined ? rangeOf(elements, starts?.[0], ends?.[0], steps?.[0]) : undefined;
  return [{ dims: input.map(parts), elements: followed }];
};

/** Where a slice begins and ends, both clamped as ONNX says; `undefined` where a number is not known. */
function boundsOf(size: number, start: Dim, end: Dim, step: Dim): [number, number, number] | undefined {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0)
    return undefined;
  const clamp = (value: number, least: number, most: number): number =>
    Math.min(Math.max(value < 0 ? value + size : value, least), most);
  return step > 0
    ? [clamp(start, 0, size), clamp(end, 0, size), step]
    : [clamp(start, 0, size - 1), clamp(end, -1, size - 1), step];
}

/** From here on, an end means all that there is. */
const FAR = 2 ** 31 - 1;

function partOf(size: Dim, start: Dim, end: Dim, step: Dim): Dim {
  if (
    start === 0 &&
    step === 1 &&
    ((typeof end === 'number' && end >= FAR) || (end === size && end !== undefined))
  )
    return size;
  const bounds = typeof size === 'number' ? boundsOf(size, start, end, step) : undefined;
  if (bounds === undefined) return undefined;
  const [from, to, by] = bounds;
  return Math.max(0, Math.ceil((to - from) / by));
}

function rangeOf(elements: Dims, start: Dim, end: Dim, step: Dim): Dims | undefined {
  const bounds = boundsOf(elements.length, start, end, step);
  if (bounds === undefined) return undefined;
  const [from, to, by] = bounds;
  const count = Math.max(0, Math.ceil((to - from) / by));
  return Array.from({ length: count }, (_, index) => elements[from + index * by]);
}

export const topK: Rule = (call) => {
  const input = call.dims(0);
  const axis = input === undefined ? undefined : axisOf(call, call.int('axis') ?? -1, input.length);
  if (input === undefined || axis === undefined) return [];
  const count = call.given(1) ? call.elements(1)?.[0] : call.int('k');
  const size = input[axis];
  if (typeof count === 'number' && typeof size === 'number' && count > size) {
    call.report(`It takes the best ${count} along axis ${axis} of ${call.title(0)}, which has only ${size}.`);
    return [];
  }
  const result = shaped(input.map((dim, index) => (index === axis ? asSize(count) : dim)));
  return [result, result];
};

export const oneHot: Rule = (call) => {
  const indices = call.dims(0);
  if (indices === undefined) return [];
  const axis = axisOf(call, call.int('axis') ?? -1, indices.length + 1);
  if (axis === undefined) return [ofRank(indices.length + 1)];
  return [shaped(indices.toSpliced(axis, 0, asSize(call.elements(1)?.[0])))];
};

export const nonZero: Rule = (call) => [shaped([call.dims(0)?.length, undefined])];

export const compress: Rule = (call) => {
  const input = call.dims(0);
  if (!call.has('axis')) return [ofRank(1)];
  const axis = input === undefined ? undefined : axisOf(call, call.int('axis'), input.length);
  return input === undefined || axis === undefined ? [] : [shaped(input.with(axis, undefined))];
};

/** Boxes that are kept: batch, class and index of each. */
export const nonMaxSuppression: Rule = () => [shaped([undefined, 3])];

export const range: Rule = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((input) => call.elements(input)?.[0]);
  const count = computed([start, limit, delta], (from, to, by) =>
    Math.max(0, Math.ceil(((to ?? 0) - (from ?? 0)) / (by ?? 0))),
  );
  return [shaped([count])];
};

/** The output takes its shape from what the elements of the first input say. */
export const constantOfShape: Rule = (call) => {
  const wanted = call.elements(0);
  const rank = call.dims(0)?.[0];
  if (wanted !== undefined) return [shaped(wanted.map(asSize))];
  return call.dims(0)?.length === 1 && typeof rank === 'number' ? [ofRank(rank)] : [];
};

/** Scattering keeps the shape; more indices than axes are no indices. */
export const scatterNd: Rule = (call) => {
  const [input, depth] = [call.dims(0), call.dims(1)?.at(-1)];
  if (input !== undefined && typeof depth === 'number' && depth > input.length) {
    call.report(`Its indices ${call.title(1)} name ${depth} axes, more than its input ${call.title(0)} has.`);
  }
  return [shaped(input)];
};

export const shapeOf: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [ofRank(1)];
  const part = input.slice(call.int('start') ?? 0, call.int('end') ?? input.length);
  return [{ dims: [part.length], elements: part }];
};
