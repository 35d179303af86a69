import type { ImagePreprocessing, Rgb } from '../imported-model.ts';
import type { Channel, Frame, Picture } from './abstract.ts';
import { type Algebra, type Expression, HEIGHT, WIDTH } from './expression.ts';
import { fixed, notSaid } from './step.ts';

/** What becomes of an image, without the names of the tensors. */
export type Declared = Omit<ImagePreprocessing, 'input' | 'name'>;

/** How an image of another aspect ratio becomes one of the size. */
type Fit = Pick<Declared, 'fit' | 'shorterSide' | 'sides'>;

type Sides = NonNullable<Fit['sides']>;

const SIDES: readonly Sides[] = ['exact', 'float32', 'float32_rounded'];

/** As long as a declaration may have it. */
const MAX_SIDE = 4096;

/**
 * The declarations each of which says exactly what the picture is, for images of the algebra's order: those of one order
 * may be too few for others. They are found by computing what a declaration stands for, by the same arithmetic, and
 * comparing. Throws `NotConverted` where there is none.
 */
export function declarationsOf(algebra: Algebra, picture: Picture): readonly Declared[] {
  const { frame, dtype, channels } = picture;
  if (dtype !== 'float32') throw notSaid(`The images are ${dtype} there, and replicas make float32.`);
  const [height, width] = [fixed(frame.height, 'height'), fixed(frame.width, 'width')];
  const order = channelOrder(channels);
  const of = (value: (channel: Channel) => number): Rgb => {
    const [a, b, c] = channels.map((channel) => shortest(value(channel))) as [number, number, number];
    return order === 'rgb' ? [a, b, c] : [c, b, a];
  };
  return fitsOf(algebra, frame).map((fit) => ({
    width,
    height,
    resize: frame.resized?.by ?? never(NOT_RESIZED),
    ...fit,
    channelOrder: order,
    mean: of(({ mean }) => mean),
    std: of(({ std }) => std),
    scale: of(({ scale }) => scale),
    layout: layoutOf(picture),
    datatype: 'FP32',
  }));
}

const NOT_RESIZED = 'The image is not resized, so that each has a size of its own.';

function never(why: string): never {
  throw notSaid(why);
}

function channelOrder(channels: readonly Channel[]): 'rgb' | 'bgr' {
  const sources = channels.map(({ source }) => source).join('');
  if (sources === '012') return 'rgb';
  if (sources === '210') return 'bgr';
  throw notSaid('Its channels are neither red, green and blue nor blue, green and red.');
}

function layoutOf({ axes }: Picture): 'NHWC' | 'NCHW' {
  const layout = axes.join('');
  if (layout === 'NHWC' || layout === 'NCHW') return layout;
  throw notSaid(
    'The images lie there neither as (images, height, width, channels) nor with the channels first.',
  );
}

function fitsOf(algebra: Algebra, { height, width, resized, cropped }: Frame): readonly Fit[] {
  if (resized === undefined) throw notSaid(NOT_RESIZED);
  const isFixed = resized.height.op === 'number' && resized.width.op === 'number';
  const scaled = SIDES.flatMap((sides) =>
    sidesIn(resized.height, resized.width).map((shorterSide) => ({ shorterSide, sides })),
  ).filter((one) => isScaledTo(algebra, resized, one));
  if (isFixed && cropped === undefined)
    return [{ fit: 'stretch' }, ...scaled.map((one) => ({ fit: 'crop', ...one }) as const)];
  if (scaled.length === 0)
    throw notSaid('Its size is computed from that of the image in a way that no declaration says.');
  const zero = algebra.number('int', 0);
  const { top, left } = cropped ?? { top: zero, left: zero };
  const isCentre =
    top === middle(algebra, resized.height, height) && left === middle(algebra, resized.width, width);
  if (!isCentre) throw notSaid('What is cut out of the image is not its centre.');
  const large = scaled.filter(({ shorterSide }) => shorterSide >= Math.max(height.value, width.value));
  if (large.length === 0) throw notSaid('More is cut out of the image than its shorter side has.');
  return large.map((one) => ({ fit: 'crop', ...one }));
}

/** Whether these are the sides of an image that is scaled to that shorter side. */
function isScaledTo(
  algebra: Algebra,
  { height, width }: { readonly height: Expression; readonly width: Expression },
  { shorterSide, sides }: { readonly shorterSide: number; readonly sides: Sides },
): boolean {
  const [sourceHeight, sourceWidth] = [algebra.symbol(HEIGHT), algebra.symbol(WIDTH)];
  const shorter = algebra.order === 'high' ? sourceWidth : sourceHeight;
  const scaled = (side: Expression) => scaledSide(algebra, side, shorter, shorterSide, sides);
  return scaled(sourceHeight) === height && scaled(sourceWidth) === width;
}

function scaledSide(
  algebra: Algebra,
  side: Expression,
  shorter: Expression,
  to: number,
  sides: Sides,
): Expression {
  const { apply, cast, number } = algebra;
  if (sides === 'exact') return apply('floorDivide', [apply('multiply', [side, number('int', to)]), shorter]);
  const factor = apply('divide', [number('float32', to), cast('float32', shorter)]);
  const scaled = apply('multiply', [cast('float32', side), factor]);
  return cast('int', sides === 'float32' ? scaled : apply('rint', [scaled]));
}

function middle({ apply, number }: Algebra, whole: Expression, part: Expression): Expression {
  return apply('floorDivide', [apply('subtract', [whole, part]), number('int', 2)]);
}

/** The whole numbers that a size is computed with: the shorter side is one of them. */
function sidesIn(...sizes: readonly Expression[]): readonly number[] {
  const seen = new Set(sizes);
  // A Set gives what is added while it is walked as well.
  for (const { args } of seen) for (const arg of args) seen.add(arg);
  const numbers = [...seen].flatMap(({ op, value, factors }) => (op === 'number' ? [value] : factors));
  return [...new Set(numbers)].filter((value) => Number.isInteger(value) && value >= 1 && value <= MAX_SIDE);
}

/** The shortest decimal that is the same number in single precision, which is what replicas compute with. */
function shortest(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return single;
}
