import { readFileSync } from 'node:fs';
import type { ImageInput } from '@slipway/contract';
import type { ImageLimits } from './image-limits.ts';

/** Beside the package's sources, where no build copies them from. */
const FOLDER = new URL('../../fixtures/images/', import.meta.url);

/** A file of the folder of images, whole. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FOLDER));
}

/** A declaration for tests; what they care about they say. */
export function imageInput(said: Partial<ImageInput> = {}): ImageInput {
  return {
    input: 'pixels',
    name: 'images',
    width: 8,
    height: 8,
    resize: 'tf1_bilinear',
    fit: 'stretch',
    shorterSide: Math.max(said.width ?? 8, said.height ?? 8),
    sides: 'exact',
    padLevels: [0, 0, 0],
    channelOrder: 'rgb',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    scale: [1, 1, 1],
    layout: 'NHWC',
    datatype: 'FP32',
    ...said,
  };
}

/** Limits that no test meets unless it lowers one. */
export function testLimits(lowered: Partial<ImageLimits> = {}): ImageLimits {
  return {
    maxImageBytes: 10_000_000,
    maxPixels: 1_000_000,
    maxTensorBytes: 10_000_000,
    concurrency: 2,
    maxRequests: 10,
    timeoutMs: 60_000,
    ...lowered,
  };
}
