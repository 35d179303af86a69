import { seededRandom } from '@slipway/contract';
import type { Tensor } from 'onnxruntime-node';

/** The kinds of numbers that a result is tried with. */
export const KINDS = ['normal', 'range'] as const;
export type Kind = (typeof KINDS)[number];

/** What each kind is, for a report. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  normal: 'normal numbers, mean 0 and deviation 1; whole numbers 0 and 1',
  range: 'numbers from 0 to 1, of images from 0 to 255; whole numbers from 0 to 7',
};

/** Elements of tensors as ONNX Runtime takes them. */
export type Elements = Exclude<Tensor['data'], string[]> | string[];

/**
 * Elements for an input, the same for the same seed. Whole numbers stay small, because they may be indices. `undefined` for
 * types that have none here.
 */
export function sampleElements(
  type: string,
  dims: readonly number[],
  kind: Kind,
  seed: number,
): Elements | undefined {
  const count = dims.reduce((product, size) => product * size, 1);
  const random = seededRandom(seed);
  const real = kind === 'normal' ? () => normal(random) : () => random() * (isImage(dims) ? 255 : 1);
  const whole = (below: number) => Math.floor(random() * below);
  const few = () => whole(kind === 'normal' ? 2 : 8);
  switch (type) {
    case 'float32':
      return Float32Array.from({ length: count }, real);
    case 'float64':
      return Float64Array.from({ length: count }, real);
    case 'float16':
      return Float16Array.from({ length: count }, real) as unknown as Uint16Array;
    case 'uint8':
      return Uint8Array.from({ length: count }, () => whole(256));
    case 'bool':
      return Uint8Array.from({ length: count }, () => whole(2));
    case 'int8':
      return Int8Array.from({ length: count }, few);
    case 'int16':
      return Int16Array.from({ length: count }, few);
    case 'uint16':
      return Uint16Array.from({ length: count }, few);
    case 'int32':
      return Int32Array.from({ length: count }, few);
    case 'uint32':
      return Uint32Array.from({ length: count }, few);
    case 'int64':
      return BigInt64Array.from({ length: count }, () => BigInt(few()));
    case 'uint64':
      return BigUint64Array.from({ length: count }, () => BigInt(few()));
    case 'string':
      return Array.from({ length: count }, () => `word ${few()}`);
    default:
      return undefined;
  }
}

/** Rows, columns and one, three or four channels, whichever way round. */
function isImage(dims: readonly number[]): boolean {
  const isChannels = (size: number | undefined) => size === 1 || size === 3 || size === 4;
  return dims.length === 4 && (isChannels(dims[1]) || isChannels(dims[3]));
}

/** Box and Muller's method: https://en.wikipedia.org/wiki/Box–Muller_transform */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
