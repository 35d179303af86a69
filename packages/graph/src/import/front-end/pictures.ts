import type { Axis, Channel, Frame, Picture } from './abstract.ts';
import { type Expression, HEIGHT, WIDTH } from './expression.ts';
import { notSaid, type Step } from './step.ts';

/** What a decoder gives: red, green and blue of the whole image. */
export function decodedPicture({ algebra }: Step, of: 'element' | 'single'): Picture {
  const channel = (source: 0 | 1 | 2): Channel => ({ source, mean: 0, std: 1, scale: 1 });
  const [height, width] = [algebra.symbol(HEIGHT), algebra.symbol(WIDTH)];
  const frame = { height, width, resized: undefined, cropped: undefined };
  const channels = [channel(0), channel(1), channel(2)];
  return { kind: 'picture', of, dtype: 'uint8', axes: ['H', 'W', 'C'], frame, channels };
}

/** The size of each axis. */
export function sizesOf(step: Step, picture: Picture): readonly Expression[] {
  return picture.axes.map((axis) => sizeOf(step, picture, axis));
}

function sizeOf({ algebra, images }: Step, { of, frame, channels }: Picture, axis: Axis): Expression {
  switch (axis) {
    case 'N':
      return of === 'batch' ? images : algebra.number('int', 1);
    case 'H':
      return frame.height;
    case 'W':
      return frame.width;
    case 'C':
      return algebra.number('int', channels.length);
  }
}

/** The picture with one more axis of size 1 in that place. */
export function withAxis(picture: Picture, at: number): Picture {
  const { axes, of } = picture;
  const axis: Axis = axes.includes('N') || (at > 0 && !axes.includes('C')) ? 'C' : 'N';
  if (axes.includes(axis) || (axis === 'N' && of === 'batch'))
    throw notSaid('It adds an axis that images do not have.');
  return { ...picture, axes: axes.toSpliced(at, 0, axis) };
}

/** The picture without an axis of size 1. */
export function withoutAxis(picture: Picture, at: number): Picture {
  const axis = picture.axes[at];
  const isOne = axis === 'N' ? picture.of !== 'batch' : axis === 'C' && picture.channels.length === 1;
  if (!isOne) throw notSaid('It takes an axis away that is not of size 1.');
  return { ...picture, axes: picture.axes.toSpliced(at, 1) };
}

/** Whether two pictures show the same part in the same size. */
export function sameFrame(a: Frame, b: Frame): boolean {
  return (
    a === b ||
    (a.height === b.height &&
      a.width === b.width &&
      a.resized?.by === b.resized?.by &&
      a.resized?.height === b.resized?.height &&
      a.resized?.width === b.resized?.width &&
      a.cropped?.top === b.cropped?.top &&
      a.cropped?.left === b.cropped?.left)
  );
}

/** Pictures of the same part with the channels of all, along the axis `C`. */
export function joined(pictures: readonly Picture[], axes: readonly Axis[]): Picture {
  const [first] = pictures;
  if (first === undefined) throw notSaid('It joins nothing.');
  const fits = pictures.every(
    (one) =>
      one.of === first.of &&
      one.dtype === first.dtype &&
      one.axes.join() === first.axes.join() &&
      sameFrame(one.frame, first.frame),
  );
  if (!fits) throw notSaid('It joins images that differ in more than their channels.');
  return { ...first, axes, channels: pictures.flatMap(({ channels }) => channels) };
}

/** The part of a picture that begins there and has that size. Throws where the image is not yet resized. */
export function croppedPicture(
  { algebra }: Step,
  picture: Picture,
  axis: 'H' | 'W',
  begin: Expression,
  size: Expression,
): Picture {
  const { frame } = picture;
  const zero = algebra.number('int', 0);
  const whole = axis === 'H' ? frame.height : frame.width;
  if (begin === zero && size === whole) return picture;
  if (frame.resized === undefined) throw notSaid('It cuts a part out of the image before it is resized.');
  const { top, left } = frame.cropped ?? { top: zero, left: zero };
  const moved = (from: Expression) => algebra.apply('add', [from, begin]);
  const cropped = axis === 'H' ? { top: moved(top), left } : { top, left: moved(left) };
  return { ...picture, frame: { ...frame, [axis === 'H' ? 'height' : 'width']: size, cropped } };
}
