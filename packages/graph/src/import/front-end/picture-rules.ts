import { boolAttribute, intAttribute, intsAttribute, typeAttribute } from '../operation.ts';
import type { Abstract, Channel, Numbers, Picture, Resize } from './abstract.ts';
import type { Expression } from './expression.ts';
import { croppedPicture, joined, sizesOf, withAxis, withoutAxis } from './pictures.ts';
import { type SlicedAxis, slicedAxes, takenOf } from './slices.ts';
import { axisAt, fixed, fixedAt, notSaid, numbersAt, pictureAt, type Rule, type Step } from './step.ts';

const FLOATS: ReadonlySet<string> = new Set(['float32', 'float64']);

const cast: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const dtype = typeAttribute(step, 'DstT', 'float32');
  const whole = /^u?int(8|16|32|64)$/;
  const levels = picture.channels.every(({ mean, std, scale }) => mean === 0 && std === 1 && scale === 1);
  // Levels from 0 to 255 are the same in each of these types, but in int8.
  const exact =
    FLOATS.has(dtype) || (whole.test(dtype) && whole.test(picture.dtype) && dtype !== 'int8' && levels);
  if (!exact) throw notSaid(`It makes ${dtype} of an image of ${picture.dtype}, which rounds or cuts off.`);
  return [{ ...picture, dtype }];
};

/** The number for each channel of what is combined with a picture. */
function perChannel(picture: Picture, { shape, elements }: Numbers): readonly number[] {
  const values = elements.map((element) => fixed(element, 'operand'));
  const channelAxis = picture.axes.indexOf('C') - picture.axes.length;
  const wide = shape
    .map((size, index) => ({ size, axis: index - shape.length }))
    .filter(({ size }) => size !== 1);
  const [only] = wide;
  const count = picture.channels.length;
  if (only === undefined && values.length === 1) return new Array<number>(count).fill(values[0] as number);
  const fits =
    wide.length === 1 && only?.axis === channelAxis && only.size === count && picture.axes.includes('C');
  if (!fits || shape.length > picture.axes.length)
    throw notSaid(
      `It combines the image with numbers of shape (${shape.join(', ')}), which are not one for each channel.`,
    );
  return values;
}

type Arithmetic = (channel: Channel, value: number, imageFirst: boolean) => Channel;

const plus: Arithmetic = (channel, value) => ({
  ...channel,
  mean: channel.mean - (value * channel.std) / channel.scale,
});

const minus: Arithmetic = (channel, value, imageFirst) => {
  if (!imageFirst) throw notSaid('It subtracts the image from a number.');
  return plus(channel, -value, true);
};

const times: Arithmetic = (channel, value) => {
  if (value > 0) return { ...channel, scale: channel.scale * value };
  throw notSaid(`It multiplies the image by ${value}.`);
};

const over: Arithmetic = (channel, value, imageFirst) => {
  if (imageFirst && value > 0) return { ...channel, std: channel.std * value };
  throw notSaid(imageFirst ? `It divides the image by ${value}.` : 'It divides a number by the image.');
};

function arithmetic(how: Arithmetic): Rule {
  return (step) => {
    const [a, b] = step.inputs;
    const imageFirst = a?.kind === 'picture';
    if (imageFirst && b?.kind === 'picture') throw notSaid('It combines two images.');
    const picture = pictureAt(step, imageFirst ? 0 : 1);
    if (!FLOATS.has(picture.dtype)) throw notSaid(`It computes with an image of ${picture.dtype}.`);
    const values = perChannel(picture, numbersAt(step, imageFirst ? 1 : 0, 'operand'));
    const channels = picture.channels.map((channel, index) =>
      how(channel, values[index] as number, imageFirst),
    );
    if (
      !channels.every(
        ({ mean, std, scale }) => [mean, std, scale].every(Number.isFinite) && std > 0 && scale > 0,
      )
    )
      throw notSaid('Its numbers are not finite.');
    return [{ ...picture, channels }];
  };
}

function resize(tf1: Resize, tf2: Resize): Rule {
  return (step) => {
    const picture = pictureAt(step, 0);
    const { axes, frame } = picture;
    if (axes.join('') !== 'NHWC')
      throw notSaid('It resizes what does not lie as (images, height, width, channels).');
    if (frame.resized !== undefined) throw notSaid('It resizes the image once more.');
    if (boolAttribute(step, 'align_corners', false)) throw notSaid('It resizes with align_corners=True.');
    const { elements } = numbersAt(step, 1, 'size');
    const [height, width] = elements;
    if (height === undefined || width === undefined || elements.length !== 2)
      throw notSaid('Its size is no height and width.');
    const by = boolAttribute(step, 'half_pixel_centers', false) ? tf2 : tf1;
    const dtype = tf1 === 'nearest' ? picture.dtype : 'float32';
    return [
      { ...picture, dtype, frame: { height, width, resized: { by, height, width }, cropped: undefined } },
    ];
  };
}

function notLinear(method: string): Rule {
  return () => {
    throw notSaid(`Replicas do not resize by ${method}. Resize by bilinear or nearest, without antialias.`);
  };
}

/** Takes the same of the picture as a slice does. */
function sliced(step: Step, picture: Picture, taken: readonly SlicedAxis[]): Picture {
  let made = picture;
  let at = 0;
  for (const axis of taken) {
    made = axis.kind === 'new' ? withAxis(made, at) : slicedAlong(step, made, at, axis);
    at += axis.kind === 'at' ? 0 : 1;
  }
  return made;
}

function slicedAlong(step: Step, picture: Picture, at: number, axis: SlicedAxis): Picture {
  if (axis.kind === 'all' || axis.kind === 'new') return picture;
  const name = picture.axes[at];
  if (name === 'C')
    return ofChannels(picture, takenOf(axis, picture.channels.length), axis.kind === 'at' ? at : undefined);
  if (name === 'N' && axis.kind === 'at' && fixed(axis.index, 'index') === 0) return withoutAxis(picture, at);
  if (axis.kind === 'at') throw notSaid('It takes a single row, column or image.');
  const { begin, end, stride } = axis;
  if (begin === undefined && end === undefined && stride === 1) return picture;
  if (name === 'N' || name === undefined || stride !== 1)
    throw notSaid('It turns the image round, or takes every second row.');
  const { algebra } = step;
  const size = sizesOf(step, picture)[at] as Expression;
  // Counted from the end where it is negative.
  const place = (said: Expression | undefined, otherwise: Expression): Expression => {
    if (said === undefined) return otherwise;
    return said.op === 'number' && said.value < 0 ? algebra.apply('add', [size, said]) : said;
  };
  const from = place(begin, algebra.number('int', 0));
  return croppedPicture(step, picture, name, from, algebra.apply('subtract', [place(end, size), from]));
}

/** These channels of the picture; of a single one without the axis where that is to go. */
function ofChannels(picture: Picture, taken: readonly number[], without?: number): Picture {
  const channels = taken.map((index) => picture.channels[index] as Channel);
  const axes = without === undefined ? picture.axes : picture.axes.toSpliced(without, 1);
  return { ...picture, axes, channels };
}

const stridedSlice: Rule = (step) => {
  const picture = pictureAt(step, 0);
  return [sliced(step, picture, slicedAxes(step, picture.axes.length))];
};

const slice: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const [begins, sizes] = [numbersAt(step, 1, 'begin').elements, numbersAt(step, 2, 'size').elements];
  const axes = picture.axes.map((_, index): SlicedAxis => {
    const [begin, size] = [begins[index], sizes[index]];
    if (begin === undefined || size === undefined) throw notSaid('It slices other axes than the image has.');
    const toEnd = size.op === 'number' && size.value === -1;
    const whole = toEnd || size === sizesOf(step, picture)[index];
    if (whole && begin.op === 'number' && begin.value === 0) return { kind: 'all' };
    const end = toEnd ? undefined : step.algebra.apply('add', [begin, size]);
    return { kind: 'range', begin, end, stride: 1 };
  });
  return [sliced(step, picture, axes)];
};

const expandDims: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const [axis = 0] = fixedAt(step, 1, 'axis');
  return [withAxis(picture, axisAt(axis, picture.axes.length + 1))];
};

const squeeze: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const axes = intsAttribute(step, 'squeeze_dims').map((axis) => axisAt(axis, picture.axes.length));
  if (axes.length === 0)
    throw notSaid('It takes all axes of size 1 away, which may be those of a small image. Name the axis.');
  return [axes.toSorted((a, b) => b - a).reduce(withoutAxis, picture)];
};

const transpose: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const order = fixedAt(step, 1, 'order');
  const axes = order.map((axis) => picture.axes[axisAt(axis, picture.axes.length)]);
  if (new Set(axes).size !== picture.axes.length) throw notSaid('It gives the axes another number.');
  return [{ ...picture, axes: axes as Picture['axes'] }];
};

/** A shape that the picture has anyway, with or without the axis of one image. */
const reshape: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const { elements: said } = numbersAt(step, 1, 'shape');
  const one = step.algebra.number('int', 1);
  const isOpen = ({ op, value }: Expression): boolean => op === 'number' && value === -1;
  const fits = (made: Picture): boolean => {
    const sizes = sizesOf(step, made);
    const same = said.every((size, at) => size === sizes[at] || isOpen(size));
    return sizes.length === said.length && said.filter(isOpen).length <= 1 && same;
  };
  if (fits(picture)) return [picture];
  const single = picture.of !== 'batch';
  if (single && !picture.axes.includes('N') && said[0] === one) {
    const made = withAxis(picture, 0);
    if (fits(made)) return [made];
  }
  if (single && picture.axes[0] === 'N' && fits(withoutAxis(picture, 0))) return [withoutAxis(picture, 0)];
  throw notSaid('It gives the image another shape.');
};

const pack: Rule = (step) => {
  const pictures = step.inputs.map((_, index) => pictureAt(step, index));
  const [first] = pictures;
  if (first === undefined) throw notSaid('It stacks nothing.');
  const axis = axisAt(intAttribute(step, 'axis', 0), first.axes.length + 1);
  if (pictures.length === 1) return [withAxis(first, axis)];
  if (first.axes.includes('C')) throw notSaid('It stacks several images.');
  return [joined(pictures, first.axes.toSpliced(axis, 0, 'C'))];
};

function concat(axisFirst: boolean): Rule {
  return (step) => {
    const count = step.inputs.length - 1;
    const pictures = Array.from({ length: count }, (_, index) =>
      pictureAt(step, index + (axisFirst ? 1 : 0)),
    );
    const [axis = 0] = fixedAt(step, axisFirst ? 0 : count, 'axis');
    const axes = pictures[0]?.axes ?? [];
    if (count > 1 && axes[axisAt(axis, axes.length)] !== 'C')
      throw notSaid('It joins images along another axis than the channels.');
    return [joined(pictures, axes)];
  };
}

/** One output for each run of channels. */
function parts(picture: Picture, axis: number, lengths: readonly number[]): readonly Abstract[] {
  if (picture.axes[axisAt(axis, picture.axes.length)] !== 'C')
    throw notSaid('It splits the image along another axis than the channels.');
  if (lengths.reduce((sum, length) => sum + length, 0) !== picture.channels.length)
    throw notSaid(`It splits ${picture.channels.length} channels into ${lengths.join(', ')}.`);
  const starts = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0));
  return starts.map((start, index) => ({
    ...picture,
    channels: picture.channels.slice(start, start + (lengths[index] as number)),
  }));
}

const split: Rule = (step) => {
  const [axis = 0] = fixedAt(step, 0, 'axis');
  const count = intAttribute(step, 'num_split', 1);
  const picture = pictureAt(step, 1);
  if (count < 1 || picture.channels.length % count !== 0)
    throw notSaid(`It splits ${picture.channels.length} channels into ${count} parts.`);
  return parts(picture, axis, new Array<number>(count).fill(picture.channels.length / count));
};

const splitV: Rule = (step) => {
  const [axis = 0] = fixedAt(step, 2, 'axis');
  return parts(pictureAt(step, 0), axis, fixedAt(step, 1, 'sizes'));
};

const unpack: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const axis = axisAt(intAttribute(step, 'axis', 0), picture.axes.length);
  if (picture.axes[axis] === 'N') return [withoutAxis(picture, axis)];
  const ones = new Array<number>(picture.channels.length).fill(1);
  return parts(picture, axis, ones).map((part) => withoutAxis(part as Picture, axis));
};

const reverse: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const axes = fixedAt(step, 1, 'axes').map((axis) => picture.axes[axisAt(axis, picture.axes.length)]);
  if (axes.some((axis) => axis !== 'C')) throw notSaid('It turns the image round.');
  return [{ ...picture, channels: axes.length === 0 ? picture.channels : picture.channels.toReversed() }];
};

const gather: Rule = (step) => {
  const picture = pictureAt(step, 0);
  const [axis = 0] = step.inputs.length > 2 ? fixedAt(step, 2, 'axis') : [];
  const indices = numbersAt(step, 1, 'indices');
  const at = axisAt(axis, picture.axes.length);
  if (picture.axes[at] !== 'C' || indices.shape.length > 1)
    throw notSaid('It takes rows or columns of the image.');
  const taken = fixedAt(step, 1, 'indices').map((index) => axisAt(index, picture.channels.length));
  return [ofChannels(picture, taken, indices.shape.length === 0 ? at : undefined)];
};

/** What ops do to an image that a declaration can say. */
export const PICTURE_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Cast', cast],
  ['Add', arithmetic(plus)],
  ['AddV2', arithmetic(plus)],
  ['BiasAdd', arithmetic(plus)],
  ['Sub', arithmetic(minus)],
  ['Mul', arithmetic(times)],
  ['Div', arithmetic(over)],
  ['RealDiv', arithmetic(over)],
  ['ResizeBilinear', resize('tf1_bilinear', 'tf2_bilinear')],
  ['ResizeNearestNeighbor', resize('nearest', 'tf2_nearest')],
  ['ResizeBicubic', notLinear('bicubic')],
  ['ResizeArea', notLinear('area')],
  ['ScaleAndTranslate', notLinear('antialiasing')],
  ['StridedSlice', stridedSlice],
  ['Slice', slice],
  ['ExpandDims', expandDims],
  ['Squeeze', squeeze],
  ['Transpose', transpose],
  ['Reshape', reshape],
  ['Pack', pack],
  ['Concat', concat(true)],
  ['ConcatV2', concat(false)],
  ['Split', split],
  ['SplitV', splitV],
  ['Unpack', unpack],
  ['ReverseV2', reverse],
  ['Gather', gather],
  ['GatherV2', gather],
]);
