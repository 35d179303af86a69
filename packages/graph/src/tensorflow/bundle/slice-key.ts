/** A part of a dimension: where it begins and how long it is; `null` where it is all of it. */
export interface Extent {
  readonly start: number;
  readonly length: number | null;
}

/** What TensorFlow writes for the length of an extent that is all of its dimension. */
const FULL = -1;

/**
 * The key of a slice of a partitioned variable, one text unit a byte: 0, the name, the rank, and start and length of
 * each extent in TensorFlow's OrderedCode (core/lib/strings/ordered_code.cc, checkpoint's saved_tensor_slice_util.cc).
 */
export function sliceKey(name: string, extents: readonly Extent[]): string {
  const bytes = [...orderedNumber(0), ...orderedText(name), ...orderedNumber(extents.length)];
  for (const { start, length } of extents)
    bytes.push(...orderedSigned(start), ...orderedSigned(length ?? FULL));
  return Buffer.from(bytes).toString('latin1');
}

/** The count of bytes, then they, the highest first. */
function orderedNumber(value: number): number[] {
  const digits: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 256)) digits.unshift(left % 256);
  return [digits.length, ...digits];
}

/** 0 and 255 are escaped, and 0 1 ends it. */
function orderedText(text: string): number[] {
  const escaped = [...Buffer.from(text)].flatMap((byte) =>
    byte === 0 ? [0, 255] : byte === 255 ? [255, 0] : [byte],
  );
  return [...escaped, 0, 1];
}

/** Two's complement of as few bytes as hold it, its first bits turned into a sign and a count of bytes. */
function orderedSigned(value: number): number[] {
  const magnitude = BigInt(value < 0 ? -value - 1 : value);
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
  const length = Math.max(1, Math.ceil((bits + 1) / 7));
  const header =
    length < 8 ? [256 - 2 ** (8 - length), 0] : [255, length === 8 ? 0 : 256 - 2 ** (16 - length)];
  const bytes = Array.from({ length }, (_, index) =>
    Number((BigInt(value) >> BigInt(8 * (length - 1 - index))) & 255n),
  );
  return bytes.map((byte, index) => byte ^ (header[index] ?? 0));
}
