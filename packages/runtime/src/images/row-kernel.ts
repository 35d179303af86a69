import { compileKernel, type KernelMemory } from '../kernel.ts';

/**
 * The levels of a row between two rows of a source, each pixel between four: along the upper row, along the lower one, then
 * between these, in single precision at each step. They stand in memory of the sampler's, until any is called again.
 */
export type RowBetween = (above: Uint8Array, below: Uint8Array, down: number) => Float32Array;

/** Which two pixels of a row of bytes each pixel lies between, by their offsets, and the share of the second. */
export interface RowTaps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly weight: Float32Array;
}

/** (level - mean) * factor of each element, rounded at each step; they stand there until any is called again. */
export type RowNormalizer = (row: Float32Array) => Float32Array;

/** What row-kernel.wat says, assembled. */
export const CODE =
  'AGFzbQEAAAABHwRgAX8Be2ADe3t7AXtgCH9/fX9/f39/AGAEf39/fwADBQQAAQIDBQMBABAHJQMGbWVtb3J5AgAJc2FtcGxlUm93AAIMbm9ybWFsaXplUm93AAMKgAIEEQAgAP1cAgD9iQH9qQH9+wELEwAgACABIAD95QEgAv3mAf3kAQuFAQIDfwJ7IAL9EyEMIAMgBkECdGohCAJAA0AgAyAITw0BIAMoAgAhCSAEKAIAIQogBf0JAgAhCyAHIAAgCWoQACAAIApqEAAgCxABIAEgCWoQACABIApqEAAgCxABIAwQAf0LBAAgA0EEaiEDIARBBGohBCAFQQRqIQUgB0EMaiEHDAALCwtRAQF/AkADQCAAIAFPDQEgACAA/QAEACACIARq/QAEAP3lASADIARq/QAEAP3mAf0LBAAgAEEQaiEAIARBEGohBCAEQTBGBEBBACEECwwACwsL';

const CHANNELS = 3;
const WORD_BYTES = 4;

/** Pixels that are normalized at once. */
const TOGETHER = 4;

/** A pixel is read and written with a word behind it, and four are normalized at once. */
const PADDING_BYTES = 64;

const PAGE_BYTES = 65_536;

/** As the code has it: rows of a source of some 150,000 pixels have room. */
const SHARED_BYTES = 16 * PAGE_BYTES;

interface Exports {
  readonly memory: KernelMemory;
  sampleRow(
    above: number,
    below: number,
    down: number,
    lower: number,
    upper: number,
    across: number,
    count: number,
    row: number,
  ): void;
  normalizeRow(row: number, end: number, means: number, factors: number): void;
}

const instantiate = compileKernel<Exports>(CODE);
const shared = instantiate();

/** For a picture whose rows have so many bytes of interest. */
export function rowSampler(rowBytes: number, { lower, upper, weight }: RowTaps): RowBetween {
  const count = lower.length;
  const listBytes = count * WORD_BYTES;
  const row = 3 * listBytes;
  const above = row + count * CHANNELS * WORD_BYTES + PADDING_BYTES;
  const below = above + rowBytes + PADDING_BYTES;
  const { memory, sampleRow } = withRoom(below + rowBytes + PADDING_BYTES);
  const bytes = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  const made = new Float32Array(memory.buffer, row, count * CHANNELS);
  return (upperRow, lowerRow, down) => {
    // Anew for each row, because other pictures share the memory.
    words.set(lower, 0);
    words.set(upper, count);
    floats.set(weight, 2 * count);
    bytes.set(upperRow, above);
    bytes.set(lowerRow, below);
    sampleRow(above, below, down, 0, listBytes, 2 * listBytes, count, row);
    return made;
  };
}

/** For rows of so many pixels; means and factors are those of one. */
export function rowNormalizer(
  pixels: number,
  means: ArrayLike<number>,
  factors: ArrayLike<number>,
): RowNormalizer {
  const pattern = TOGETHER * CHANNELS;
  const row = 2 * pattern;
  const length = pixels * CHANNELS;
  const constants = Float32Array.from({ length: row }, (_, at) =>
    Number((at < pattern ? means : factors)[at % CHANNELS]),
  );
  const end = (row + length) * WORD_BYTES;
  const { memory, normalizeRow } = withRoom(end + PADDING_BYTES);
  const floats = new Float32Array(memory.buffer);
  const made = new Float32Array(memory.buffer, row * WORD_BYTES, length);
  return (levels) => {
    floats.set(constants, 0);
    floats.set(levels, row);
    normalizeRow(row * WORD_BYTES, end, 0, pattern * WORD_BYTES);
    return made;
  };
}

/** Memory that stays, where it is large enough: a picture may be millions of pixels wide. */
function withRoom(bytes: number): Exports {
  if (bytes <= SHARED_BYTES) return shared;
  const own = instantiate();
  own.memory.grow(Math.ceil((bytes - SHARED_BYTES) / PAGE_BYTES));
  return own;
}
