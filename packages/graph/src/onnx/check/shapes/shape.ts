/** A size, the name of one that is the same wherever the name stands, or neither: unknown. */
export type Dim = number | string | undefined;

/** Sizes by axis; `undefined` where not even the number of axes is known. */
export type Dims = readonly Dim[];

/** What is known of a value. */
export interface Known {
  readonly dims?: Dims | undefined;
  /** Elements of a small tensor of whole numbers with at most one axis. */
  readonly elements?: Dims | undefined;
}

export const NOTHING: Known = {};

/** Beyond these, a shape is taken as unknown: no network has more, and what a pass costs stays bounded by the file. */
export const MOST_AXES = 32;

/** Elements that are followed, the most. */
export const MOST_ELEMENTS = 256;

/** A value of a shape. */
export function shaped(dims: Dims | undefined): Known {
  return dims === undefined || dims.length > MOST_AXES ? NOTHING : { dims };
}

/** A shape of so many axes of which nothing else is known. */
export function ofRank(rank: number): Known {
  return rank > MOST_AXES ? NOTHING : { dims: Array<Dim>(rank).fill(undefined) };
}

/** A size that is possible; `undefined` otherwise. */
export function asSize(value: Dim): Dim {
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Whether two sizes are certainly not the same. */
export function differ(one: Dim, other: Dim): boolean {
  return typeof one === 'number' && typeof other === 'number' && one !== other;
}

/** What holds of both shapes. */
export function common(one: Dims | undefined, other: Dims | undefined): Dims | undefined {
  if (one === undefined || other === undefined || one.length !== other.length) return undefined;
  return one.map((dim, axis) => (dim === other[axis] ? dim : undefined));
}

/** The product of sizes, where it is a number or one name. */
export function product(dims: Dims): Dim {
  if (dims.includes(0)) return 0;
  const factors = dims.filter((dim) => dim !== 1);
  if (factors.length === 1) return factors[0];
  const count = factors.reduce<number>((all, dim) => all * (typeof dim === 'number' ? dim : Number.NaN), 1);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** A whole number that is computed from others, where all are known and the result is exact in 32 bits, too. */
export function computed(values: Dims, compute: (...numbers: number[]) => number): Dim {
  if (!values.every((value) => typeof value === 'number')) return undefined;
  const result = compute(...values);
  return Number.isInteger(result) && Math.abs(result) < 2 ** 31 ? result : undefined;
}

/**
 * The shape that several are brought to, axes aligned at the end, sizes of 1 stretched: ONNX's multidirectional broadcasting.
 * `conflict` is an axis, counted from the end, where two are neither the same nor 1.
 */
export function broadcast(shapes: readonly (Dims | undefined)[]): { dims?: Dims; conflict?: number } {
  let dims: Dim[] = [];
  let whole = true;
  for (const shape of shapes) {
    if (shape === undefined) {
      whole = false;
      continue;
    }
    const rank = Math.max(dims.length, shape.length);
    const next: Dim[] = [];
    for (let back = rank; back > 0; back -= 1) {
      const one = back > dims.length ? 1 : dims[dims.length - back];
      const other = back > shape.length ? 1 : shape[shape.length - back];
      if (differ(one, other) && one !== 1 && other !== 1) return { conflict: back };
      next.push(stretched(one, other));
    }
    dims = next;
  }
  return whole ? { dims } : {};
}

function stretched(one: Dim, other: Dim): Dim {
  if (one === 1) return other;
  if (other === 1 || one === other) return one;
  // A size that is not 1 is what an unknown one is stretched to, or is already.
  if (typeof one === 'number') return one;
  return typeof other === 'number' ? other : undefined;
}

/** As it is written in messages: `[N, 3, ?]`. */
export function shapeText(dims: Dims): string {
  const told = dims.slice(0, MOST_AXES).map((dim) => dim ?? '?');
  return `[${told.join(', ')}${dims.length > MOST_AXES ? ', …' : ''}]`;
}
