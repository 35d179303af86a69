import { damaged } from '../../tensorflow/refusals.ts';

/** The elements of a dataset or an attribute. */
export type ElementType =
  /** As TensorFlow calls it: `float32`. */
  | { readonly kind: 'number'; readonly dtype: string; readonly size: number }
  /** Strings of `size` bytes, with zeros or spaces behind them. */
  | { readonly kind: 'text'; readonly size: number }
  /** Strings that stand in heaps. */
  | { readonly kind: 'heap-text'; readonly size: number }
  | { readonly kind: 'other'; readonly what: string; readonly size: number };

const CLASSES = ['fixed', 'float', 'time', 'text', 'bits', 'opaque', 'compound', 'reference', 'enum', 'list'];

/** Bits of exponent and mantissa that IEEE 754 has for each size, and where they begin. */
const FLOATS: Readonly<Record<number, readonly number[]>> = {
  2: [10, 5, 0, 10],
  4: [23, 8, 0, 23],
  8: [52, 11, 0, 52],
};

/** Reads a datatype message. Throws `GraphError` where it is cut. */
export function readDatatype(name: string, address: number, data: Buffer): ElementType {
  if (data.length < 8) throw damaged(name, address, 'a datatype is cut');
  const kind = CLASSES[data.readUInt8(0) & 15] ?? 'other';
  const [bits, size] = [data.readUInt8(1), data.readUInt32LE(4)];
  const other = { kind: 'other', what: kind, size } as const;
  if (kind === 'text') return { kind: 'text', size };
  if (kind === 'list') return (bits & 15) === 1 && size === 16 ? { kind: 'heap-text', size } : other;
  const bigEndian = (bits & 1) !== 0;
  if (kind === 'fixed' && !bigEndian && data.length >= 12) {
    const whole = data.readUInt16LE(8) === 0 && data.readUInt16LE(10) === size * 8;
    const dtype = `${(bits & 8) === 0 ? 'u' : ''}int${size * 8}`;
    return whole && [1, 2, 4, 8].includes(size) ? { kind: 'number', dtype, size } : other;
  }
  if (kind === 'float' && !bigEndian && data.length >= 16) {
    const layout = [12, 13, 14, 15].map((at) => data.readUInt8(at));
    const known = FLOATS[size]?.every((value, index) => value === layout[index]) === true;
    return known ? { kind: 'number', dtype: `float${size * 8}`, size } : other;
  }
  // h5py writes truth values as an enumeration of bytes.
  if (kind === 'enum' && size === 1) return { kind: 'number', dtype: 'bool', size };
  return other;
}

/** The sizes of a dataspace message; none of a single element, `null` where there is no element at all. */
export function readDataspace(name: string, address: number, data: Buffer): readonly number[] | null {
  if (data.length < 4) throw damaged(name, address, 'a shape is cut');
  const [version, rank] = [data.readUInt8(0), data.readUInt8(1)];
  const start = version === 1 ? 8 : 4;
  if (version === 2 && data.readUInt8(3) === 2) return null;
  if (version < 1 || version > 2 || data.length < start + rank * 8)
    throw damaged(name, address, 'a shape is broken');
  const dims = Array.from({ length: rank }, (_, axis) => Number(data.readBigUInt64LE(start + axis * 8)));
  if (!Number.isSafeInteger(dims.reduce((product, size) => product * size, 1)))
    throw damaged(name, address, `a shape (${dims.join(', ')}) is that of no tensor`);
  return dims;
}
