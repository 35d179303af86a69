import {
  finish,
  fixed,
  input,
  intAttribute,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { elementsOf, type Size, sizesTensor } from './sizes.ts';

/** ONNX takes these for the end of an axis, whichever way it goes. */
const TO_THE_END = 2 ** 31 - 1;
const TO_THE_START = -(2 ** 31 - 1);

/** What is taken of an axis; `dropped` where one element is, and the axis goes. */
interface Cut {
  readonly axis: number;
  readonly start: Size;
  readonly end: Size;
  readonly stride: number;
  readonly dropped: boolean;
}

/** `x[1:, ::-1, ..., 0, tf.newaxis]`, with a bit of each mask for each entry of the specification. */
const stridedSlice: Mapper = (operation) => {
  const x = input(operation, 0);
  const { cuts, added } = readCuts(operation, rankOf(x));
  const column = (pick: (cut: Cut) => Size): Value => sizesTensor(operation, cuts.map(pick));
  const columns = [
    column(({ start }) => start),
    column(({ end }) => end),
    column(({ axis }) => axis),
    column(({ stride }) => stride),
  ];
  const dropped = cuts.filter((cut) => cut.dropped).map(({ axis }) => axis);
  const sizes = (x.shape ?? []).map((size, axis) =>
    sizeOf(
      size,
      cuts.find((cut) => cut.axis === axis),
    ),
  );
  let shape: readonly (number | null)[] = sizes;
  let value = step(operation, 'Slice', [x, ...columns], { dtype: x.dtype, shape });
  shape = shape.filter((_, axis) => !dropped.includes(axis));
  if (dropped.length > 0)
    value = step(operation, 'Squeeze', [value, integers(operation, dropped)], { dtype: x.dtype, shape });
  for (const axis of added) shape = shape.toSpliced(axis, 0, 1);
  if (added.length > 0)
    value = step(operation, 'Unsqueeze', [value, integers(operation, added)], { dtype: x.dtype, shape });
  const known = x.shape?.length === 1 && x.known !== undefined ? taken(x.known, cuts[0]) : undefined;
  return finish(operation, 'Identity', [value], {
    dtype: x.dtype,
    shape,
    known: shape.length < 2 ? known : undefined,
  });
};

/** The entries of a range. Each mask has a bit for each of them, of 32. */
function entriesOf(operation: Operation, index: number): readonly Size[] {
  const range = input(operation, index);
  const length = range.known?.length ?? range.shape?.[0];
  if (length == null || length > 32)
    throw new NotConverted('How many axes it cuts is not known.', 'Make the range a constant.');
  return elementsOf(operation, index, length);
}

function readCuts(operation: Operation, rank: number): { cuts: readonly Cut[]; added: readonly number[] } {
  const [begin, end] = [entriesOf(operation, 1), entriesOf(operation, 2)];
  const strides = fixed(operation, 3, 'stride');
  const has = (mask: string, bit: number): boolean => ((intAttribute(operation, mask, 0) >> bit) & 1) === 1;
  const entries = begin.map((_, bit) => bit);
  const isNew = (bit: number): boolean => has('new_axis_mask', bit) && !has('ellipsis_mask', bit);
  const consumed = entries.filter((bit) => !isNew(bit) && !has('ellipsis_mask', bit)).length;
  if (consumed > rank)
    throw new NotConverted(`It cuts ${consumed} axes of ${rank}.`, 'Save the model again with TensorFlow.');
  const cuts: Cut[] = [];
  const added: number[] = [];
  let axis = 0;
  let resultAxis = 0;
  for (const bit of entries) {
    if (has('ellipsis_mask', bit)) {
      axis += rank - consumed;
      resultAxis += rank - consumed;
    } else if (isNew(bit)) {
      added.push(resultAxis);
      resultAxis += 1;
    } else {
      const cut = cutOf(operation, axis, begin[bit] ?? 0, end[bit] ?? 0, strides[bit] ?? 1, bit, has);
      cuts.push(cut);
      axis += 1;
      resultAxis += cut.dropped ? 0 : 1;
    }
  }
  return { cuts, added };
}

function cutOf(
  operation: Operation,
  axis: number,
  begin: Size,
  end: Size,
  stride: number,
  bit: number,
  has: (mask: string, bit: number) => boolean,
): Cut {
  if (has('shrink_axis_mask', bit))
    return { axis, start: begin, end: behind(operation, begin), stride: 1, dropped: true };
  const forward = stride > 0;
  const start = has('begin_mask', bit) ? (forward ? 0 : TO_THE_END) : begin;
  const stop = has('end_mask', bit) ? (forward ? TO_THE_END : TO_THE_START) : end;
  return { axis, start, end: stop, stride, dropped: false };
}

/** The end of a range of one element. Behind the last, which is -1 from the end, is no 0. */
function behind(operation: Operation, begin: Size): Size {
  if (typeof begin === 'number') return begin === -1 ? TO_THE_END : begin + 1;
  const result = { dtype: 'int64', shape: [1] };
  const last = step(operation, 'Equal', [begin, integers(operation, [-1])], { dtype: 'bool', shape: [1] });
  const next = step(operation, 'Add', [begin, integers(operation, [1])], result);
  return step(operation, 'Where', [last, integers(operation, [TO_THE_END]), next], result);
}

function sizeOf(size: number | null, cut: Cut | undefined): number | null {
  if (cut === undefined) return size;
  if (cut.dropped) return 1;
  return size === null ? null : (placesOf(size, cut)?.count ?? null);
}

function taken(
  known: readonly (number | null)[],
  cut: Cut | undefined,
): readonly (number | null)[] | undefined {
  const places = cut && placesOf(known.length, cut);
  if (cut === undefined || places === undefined) return cut === undefined ? known : undefined;
  return Array.from({ length: places.count }, (_, at) => known[places.first + at * cut.stride] ?? null);
}

/** Where the first element stands that is taken, and how many are, as numpy slices; `undefined` where it is computed. */
function placesOf(
  size: number,
  { start, end, stride }: Cut,
): { readonly first: number; readonly count: number } | undefined {
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  const [low, high] = stride > 0 ? [0, size] : [-1, size - 1];
  const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [first, stop] = [bound(start), bound(end)];
  return { first, count: Math.max(0, Math.ceil((stop - first) / stride)) };
}

/** Slices. */
export const SLICES: Readonly<Record<string, Mapper>> = { StridedSlice: stridedSlice };
