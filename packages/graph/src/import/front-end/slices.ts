import { intAttribute } from '../operation.ts';
import type { Expression } from './expression.ts';
import { fixed, fixedAt, notSaid, numbersAt, type Step } from './step.ts';

/** What a slice takes of one axis, or an axis that it adds. */
export type SlicedAxis =
  | { readonly kind: 'all' }
  | { readonly kind: 'new' }
  | { readonly kind: 'at'; readonly index: Expression }
  | {
      readonly kind: 'range';
      /** From the first one, and to the last one, where it is not said. */
      readonly begin: Expression | undefined;
      readonly end: Expression | undefined;
      readonly stride: number;
    };

/** What a StridedSlice of a tensor of this rank takes of each axis, with those that it adds, in their order. */
export function slicedAxes(step: Step, rank: number): readonly SlicedAxis[] {
  const [begin, end] = [numbersAt(step, 1, 'begin').elements, numbersAt(step, 2, 'end').elements];
  const strides = fixedAt(step, 3, 'strides');
  const has = (mask: string, index: number): boolean => ((intAttribute(step, mask, 0) >> index) & 1) === 1;
  const indices = begin.map((_, index) => index);
  const added = indices.filter((index) => has('new_axis_mask', index)).length;
  const dots = indices.filter((index) => has('ellipsis_mask', index)).length;
  const left = rank - (begin.length - added - dots);
  if (left < 0 || dots > 1 || end.length !== begin.length || strides.length !== begin.length)
    throw notSaid(`It takes ${begin.length} axes of ${rank}.`);
  const rest = new Array<SlicedAxis>(left).fill({ kind: 'all' });
  const axes = indices.flatMap((index): readonly SlicedAxis[] => {
    if (has('ellipsis_mask', index)) return rest;
    if (has('new_axis_mask', index)) return [{ kind: 'new' }];
    if (has('shrink_axis_mask', index)) return [{ kind: 'at', index: begin[index] as Expression }];
    const from = has('begin_mask', index) ? undefined : begin[index];
    const to = has('end_mask', index) ? undefined : end[index];
    return [{ kind: 'range', begin: from, end: to, stride: strides[index] as number }];
  });
  return dots === 1 ? axes : [...axes, ...rest];
}

/** Which of `size` elements a slice takes, where that is the same for every image. */
export function takenOf(axis: SlicedAxis, size: number): readonly number[] {
  const all = Array.from({ length: size }, (_, index) => index);
  if (axis.kind === 'all' || axis.kind === 'new') return all;
  if (axis.kind === 'at') {
    const index = fixed(axis.index, 'index');
    const at = index < 0 ? index + size : index;
    if (all.includes(at)) return [at];
    throw notSaid(`It takes element ${index} of ${size}.`);
  }
  const { stride } = axis;
  const [begin, end] = [axis.begin && fixed(axis.begin, 'begin'), axis.end && fixed(axis.end, 'end')];
  if (stride > 0) return all.slice(begin, end).filter((_, index) => index % stride === 0);
  if (stride === -1 && begin === undefined && end === undefined) return all.toReversed();
  throw notSaid('It goes backwards from the middle.');
}
