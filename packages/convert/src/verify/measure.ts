import type { Tensor } from 'onnxruntime-node';

/** How two answers of one output differ. */
export interface Difference {
  /** The most that an element differs; infinite where one is finite and the other is not, or types or sizes differ. */
  readonly most: number;
  /** The largest finite element of both. */
  readonly largest: number;
  /** True if an element of either is not finite. */
  readonly hasInfinite: boolean;
}

/** Compares element by element. Texts and truth values differ by 1 or not at all. */
export function difference(one: Tensor, other: Tensor): Difference {
  const [a, b] = [one.data, other.data] as unknown as [ArrayLike<unknown>, ArrayLike<unknown>];
  let largest = 0;
  let hasInfinite = false;
  if (one.type !== other.type || a.length !== b.length) {
    return { most: Number.POSITIVE_INFINITY, largest, hasInfinite };
  }
  let most = 0;
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index], b[index]];
    if (typeof x === 'string') {
      if (x !== y) most = Math.max(most, 1);
      continue;
    }
    const [p, q] = [Number(x), Number(y)];
    const finite = Number.isFinite(p) && Number.isFinite(q);
    if (!finite) hasInfinite = true;
    else largest = Math.max(largest, Math.abs(p), Math.abs(q));
    if (!Object.is(p, q) && p !== q)
      most = Math.max(most, finite ? Math.abs(p - q) : Number.POSITIVE_INFINITY);
  }
  return { most, largest, hasInfinite };
}

/** True for types whose elements are rounded. */
export function isRounded({ type }: Tensor): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16';
}
