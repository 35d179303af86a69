import type { ImagePreprocessing, Rgb } from '../imported-model.ts';
import type { Channel, Frame, Picture } from './abstract.ts';
import { type Algebra, type Expression, HEIGHT, WIDTH } from './expression.ts';
import { fixed, notSaid } from './step.ts';

/** What becomes of an image, without the names of the tensors. */
export type Declared = Omit<ImagePreprocessing, 'input' | 'name'>;

type Fit = Pick<Declared, 'fit' | 'shorterSide' | 'sides'>;

type Sides = NonNullable<Fit['sides']>;

const SIDES: readonly Sides[] = ['exact', 'float32', 'float32_rounded'];

/** As long as a declaration may have it. */
const MAX_SIDE = 4096;

/**
 * The declaration that says exactly what the picture is, for images of the algebra's order. It is found by computing
 * what the declaration stands for, by the same arithmetic, and comparing. Throws `NotConverted` where there is none.
 */
export function declarePicture(algebra: Algebra, picture: Picture): Declared {
  const { frame, dtype, channels } = picture;
  if (dtype !== 'float32') throw notSaid(`The images are ${dtype} there, and replicas make float32.`);
  const [height, width] = [fixed(frame.height, 'height'), fixed(frame.width, 'width')];
  const order = channelOrder(channels);
  const of = (value: (channel: Channel) => number): Rgb => {
    const [a, b, c] = channels.map((channel) => shortest(value(channel))) as [number, number, number];
    return order === 'rgb' ? [a, b, c] : [c, b, a];
  };
  return {
    width,
    height,
    resize: frame.resized?.by ?? never('The image is not resized, so that each has a size of its own.'),
    ...fitOf(algebra, frame),
    channelOrder: order,
    mean: of(({ mean }) => mean),
    std: of(({ std }) => std),
    scale: of(({ scale }) => scale),
    layout: layoutOf(picture),
    datatype: 'FP32',
  };
}

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

function fitOf(algebra: Algebra, { height, width, resized, cropped }: Frame): Fit {
  if (resized === undefined) throw notSaid('The image is not resized.');
  if (resized.height.op === 'number' && resized.width.op === 'number') {
    if (cropped === undefined) return { fit: 'stretch' };
    throw notSaid('A part is cut out of the image after it was resized to a fixed size.');
  }
  const fit = SIDES.flatMap((sides) =>
    sidesIn(resized.height, resized.width).map((shorterSide) => ({ shorterSide, sides })),
  ).find((one) => isScaledTo(algebra, resized, one));
  if (fit === undefined)
    throw notSaid('Its size is computed from that of the image in a way that no declaration says.');
  const isCentre =
    cropped?.top === middle(algebra, resized.height, height) &&
    cropped.left === middle(algebra, resized.width, width);
  if (!isCentre) throw notSaid('What is cut out of the image is not its centre.');
  if (fit.shorterSide < Math.max(height.value, width.value))
    throw notSaid('More is cut out of the image than its shorter side has.');
  return { fit: 'crop', ...fit };
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
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return single;
}
