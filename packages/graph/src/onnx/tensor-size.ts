import { elementBits } from './element-types.ts';
import type { Tensor } from './model.ts';

/** Elements of a shape; `undefined` where a size is negative or there are 2^53 or more. */
export function elementCount(dims: readonly number[]): number | undefined {
  if (dims.some((dim) => dim < 0)) return undefined;
  if (dims.includes(0)) return 0;
  const count = dims.reduce((product, dim) => product * dim, 1);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Bytes of the elements as they lie in memory; `undefined` for strings and for shapes without a count. */
export function rawSize({ elementType, dims }: Pick<Tensor, 'elementType' | 'dims'>): number | undefined {
  const count = elementCount(dims);
  const bits = elementBits(elementType);
  return count === undefined || bits === 0 ? undefined : Math.ceil((count * bits) / 8);
}

/** The most bytes of a number that protobuf packs as a varint. */
const LONGEST_VARINT = 10;

/** Why the elements of a tensor cannot be those of its shape, as the end of a sentence; `undefined` if they can. */
export function sizeProblem(tensor: Tensor): string | undefined {
  const { data, elementType, dims } = tensor;
  const shape = `${elementType} [${dims.join(', ')}]`;
  const count = elementCount(dims);
  if (count === undefined) return `has the impossible shape [${dims.join(', ')}]`;
  if (data.form === 'none') return count > 0 ? `is ${shape}, and has no elements` : undefined;
  if (data.form === 'strings') {
    if (elementType !== 'string') return `is ${shape}, and has strings`;
    return data.values.length === count ? undefined : `is ${shape}, and has ${data.values.length} strings`;
  }
  const found = `${data.bytes.length} bytes`;
  if (data.form === 'packed' && data.field !== 'floatData' && data.field !== 'doubleData') {
    // Elements of less than a byte are several to a number.
    const fits = data.bytes.length <= count * LONGEST_VARINT && (count === 0) === (data.bytes.length === 0);
    return fits ? undefined : `is ${shape}, and has ${found} of numbers`;
  }
  const size = rawSize(tensor);
  if (size === undefined) return `is ${shape}, and has bytes instead of ${elementType}`;
  return data.bytes.length === size ? undefined : `is ${shape}, and has ${found} instead of ${size}`;
}
