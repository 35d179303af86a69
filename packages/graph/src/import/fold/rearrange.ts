import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import { elementSize, type Operand } from './operand.ts';

/** The distance, in elements, between neighbours along each axis of a tensor that lies in row-major order. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

const WORDS: Readonly<Record<number, typeof Uint8Array | typeof Uint32Array | typeof BigUint64Array>> = {
  1: Uint8Array,
  4: Uint32Array,
  8: BigUint64Array,
};

/**
 * The tensor of `shape` whose elements are taken out of another one: a step along an axis goes `strides` of its
 * elements, from `start` on. A stride of 0 repeats, a negative one goes backwards.
 */
export function rearranged(
  operand: Operand,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Operand {
  const size = elementSize(operand);
  const Word = WORDS[size] ?? Uint8Array;
  const words = size / Word.BYTES_PER_ELEMENT;
  // Elements of other sizes go byte by byte, as if they had one axis more.
  const [sizes, steps] =
    words === 1
      ? [shape, strides]
      : [
          [...shape, words],
          [...strides.map((stride) => stride * words), 1],
        ];
  const bytes = new Uint8Array(elementCount(shape) * size);
  const into = new Word(bytes.buffer);
  copy(wordsOf(operand.bytes, Word) as Uint8Array, into as Uint8Array, sizes, steps, start * words);
  return { dtype: operand.dtype, shape, bytes };
}

function wordsOf(bytes: Uint8Array, Word: typeof Uint8Array | typeof Uint32Array | typeof BigUint64Array) {
  // A view of a file may begin anywhere, an array of words may not.
  const aligned = bytes.byteOffset % Word.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new Word(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / Word.BYTES_PER_ELEMENT);
}

/** Goes along the longest axis inside of all others: kernels end with axes of 3 and less. */
function copy(
  from: Uint8Array,
  into: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  start: number,
): void {
  const rows = stridesOf(shape);
  const axes = shape.map((size, axis) => ({
    size,
    from: strides[axis] as number,
    into: rows[axis] as number,
  }));
  const outer = axes.filter(({ size }) => size !== 1).toSorted((a, b) => a.size - b.size);
  const inner = outer.pop() ?? { size: 1, from: 0, into: 0 };
  const index = outer.map(() => 0);
  let [source, target] = [start, 0];
  for (let left = into.length / inner.size; left > 0; left -= 1) {
    for (let at = 0; at < inner.size; at += 1)
      into[target + at * inner.into] = from[source + at * inner.from] as number;
    for (let axis = index.length - 1; axis >= 0; axis -= 1) {
      const along = outer[axis] as (typeof outer)[number];
      const next = (index[axis] as number) + 1;
      source += along.from;
      target += along.into;
      index[axis] = next;
      if (next < along.size) break;
      source -= next * along.from;
      target -= next * along.into;
      index[axis] = 0;
    }
  }
}

/** With its axes in another order: axis i of the result is axis `perm[i]` of the operand. */
export function transposed(operand: Operand, perm: readonly number[]): Operand {
  const strides = stridesOf(operand.shape);
  const pick = (from: readonly number[]): readonly number[] => perm.map((axis) => from[axis] as number);
  return rearranged(operand, pick(operand.shape), pick(strides));
}

/** Repeated to lie beside a tensor of `shape`, as numpy broadcasts. */
export function expanded(operand: Operand, shape: readonly number[]): Operand {
  const strides = stridesOf(operand.shape);
  const added = shape.length - operand.shape.length;
  const steps = shape.map((_, axis) =>
    axis < added || operand.shape[axis - added] === 1 ? 0 : (strides[axis - added] as number),
  );
  return rearranged(operand, shape, steps);
}

/** The shape that tensors have together, as numpy broadcasts; `undefined` where they have none. */
export function sharedShape(shapes: readonly (readonly number[])[]): readonly number[] | undefined {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const shared = Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((shape) => shape[axis - rank + shape.length] ?? 1));
    sizes.delete(1);
    return sizes.size > 1 ? undefined : (sizes.values().next().value ?? 1);
  });
  return shared.includes(undefined) ? undefined : (shared as readonly number[]);
}
