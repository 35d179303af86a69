import type { Tensor } from 'onnxruntime-node';

/** How two answers of one output differ. */
export interface Difference {
  /** The most that an element differs, of those that are finite in both. Texts differ by 1 or not at all. */
  readonly most: number;
  /** True if types or sizes differ, or an element is finite in one and another one, or none, in the other. */
  readonly inKind: boolean;
  /** The largest finite element of both. */
  readonly largest: number;
  /** True if an element of either is not finite. */
  readonly hasInfinite: boolean;
}

/** Compares element by element. */
export function difference(one: Tensor, other: Tensor): Difference {
  const [a, b] = [one.data, other.data] as unknown as [ArrayLike<unknown>, ArrayLike<unknown>];
  let [most, largest, inKind, hasInfinite] = [0, 0, false, false];
  if (one.type !== other.type || a.length !== b.length) return { most, largest, inKind: true, hasInfinite };
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index], b[index]];
    if (typeof x === 'string') {
      if (x !== y) most = Math.max(most, 1);
      continue;
    }
    const [p, q] = [Number(x), Number(y)];
    if (Number.isFinite(p) && Number.isFinite(q)) {
      most = Math.max(most, Math.abs(p - q));
      largest = Math.max(largest, Math.abs(p), Math.abs(q));
    } else {
      hasInfinite = true;
      if (!Object.is(p, q)) inKind = true;
    }
  }
  return { most, largest, inKind, hasInfinite };
}

/** True for types whose elements are rounded. */
export function isRounded({ type }: Tensor): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16';
}
