import { BYTES_PER_ELEMENT, type ImageInput, type Rgb, type Tensor } from '@slipway/contract';
import type { Geometry } from './geometry.ts';
import { rowNormalizer } from './row-kernel.ts';
import type { RowSampler } from './sample-rows.ts';

/** The tensor of several images, made image by image. */
export interface ImageBatch {
  readonly tensor: Tensor;
  /** Fills the place of one image with the rows of its window, and with what surrounds them. */
  write(index: number, geometry: Geometry, sample: RowSampler): void;
}

type Elements = Float32Array | Float16Array | Uint8ClampedArray;

/** Where a channel's elements go and what they are: (level - mean) * factor. */
interface Channel {
  readonly offset: number;
  readonly mean: number;
  readonly factor: number;
}

const CHANNELS = 3;
const { fround } = Math;

/** Bytes of the tensor that `count` images make. */
export function batchBytes(image: ImageInput, count: number): number {
  return count * image.width * image.height * CHANNELS * BYTES_PER_ELEMENT[image.datatype];
}

/** A tensor with room for `count` images, in the declared layout, and the way to fill it. */
export function createImageBatch(image: ImageInput, count: number): ImageBatch {
  const { width, height, layout } = image;
  const imageLength = width * height * CHANNELS;
  const { data, elements } = createElements(image, count * imageLength);
  const pixelStride = layout === 'NHWC' ? CHANNELS : 1;
  const channels = planChannels(image);
  const row = new Float32Array(width * CHANNELS);
  const writeRow = isPlain(image) ? plainWriter() : writeChannels;

  /** Elements in the order of the levels: a row is copied whole. */
  function plainWriter(): typeof writeChannels {
    const normalize = rowNormalizer(
      width,
      channels.map(({ mean }) => mean),
      channels.map(({ factor }) => factor),
    );
    return (start, pixels) => elements.set(normalize(row).subarray(0, pixels * CHANNELS), start);
  }

  function writeChannels(start: number, pixels: number): void {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const { offset, mean, factor } = channels[channel] as Channel;
      writeChannel(row, channel, elements, start + offset, pixels, pixelStride, mean, factor);
    }
  }

  function writeBars(imageStart: number): void {
    for (let at = 0; at < row.length; at += 1) row[at] = image.padLevels[at % CHANNELS] as number;
    for (let y = 0; y < height; y += 1) writeRow(imageStart + y * width * pixelStride, width);
  }

  return {
    tensor: {
      name: image.input,
      datatype: image.datatype,
      shape: layout === 'NHWC' ? [count, height, width, CHANNELS] : [count, CHANNELS, height, width],
      data,
    },
    write(index, geometry, sample) {
      const imageStart = index * imageLength;
      if (geometry.width < width || geometry.height < height) writeBars(imageStart);
      for (let y = 0; y < geometry.height; y += 1) {
        sample(y, row);
        const pixel = (geometry.targetTop + y) * width + geometry.targetLeft;
        writeRow(imageStart + pixel * pixelStride, geometry.width);
      }
    },
  };
}

function isPlain({ layout, channelOrder, datatype }: ImageInput): boolean {
  return layout === 'NHWC' && channelOrder === 'rgb' && datatype === 'FP32';
}

/** The same memory twice: as a tensor holds it, and as numbers are written to it. */
function createElements({ datatype }: ImageInput, length: number) {
  switch (datatype) {
    case 'FP32': {
      const elements: Elements = new Float32Array(length);
      return { data: elements, elements };
    }
    case 'FP16': {
      const elements: Elements = new Float16Array(length);
      return { data: new Uint16Array(elements.buffer), elements };
    }
    case 'UINT8': {
      // Rounds to the nearest level, where a plain one would cut off.
      const elements: Elements = new Uint8ClampedArray(length);
      return { data: new Uint8Array(elements.buffer), elements };
    }
  }
}

/** Those of red, green and blue, in this order. */
function planChannels(image: ImageInput): readonly Channel[] {
  const stride = image.layout === 'NHWC' ? 1 : image.width * image.height;
  const places: Rgb = image.channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  const plan = (channel: 0 | 1 | 2): Channel => ({
    offset: places[channel] * stride,
    mean: fround(image.mean[channel]),
    factor: fround(image.scale[channel] / image.std[channel]),
  });
  return [plan(0), plan(1), plan(2)];
}

/** Normalises one channel of a row, and puts it where the layout wants it. */
function writeChannel(
  row: Float32Array,
  channel: number,
  elements: Elements,
  start: number,
  pixels: number,
  stride: number,
  mean: number,
  factor: number,
): void {
  for (let x = 0, from = channel, to = start; x < pixels; x += 1, from += CHANNELS, to += stride) {
    // Single precision at each step, as TensorFlow has it; the element itself rounds the product.
    elements[to] = fround((row[from] as number) - mean) * factor;
  }
}
