import { type Datatype, elementCount, type SlipwayError } from '@slipway/contract';
import { bytesPerElement } from './datatypes.ts';
import { invalid } from './refusals.ts';

const MOST_INT64 = 2n ** 63n - 1n;

/** Dimensions that a message shows; no model has more. */
const SHOWN_DIMENSIONS = 32;

/**
 * The shape of an input as the request states it, with no size below zero and no more elements or bytes than 64 bits
 * can count. Whether the model takes it is not judged here.
 */
export function readShape(
  input: string,
  datatype: Datatype,
  dimensions: ArrayLike<bigint>,
): readonly number[] | SlipwayError {
  const shape: number[] = [];
  for (let axis = 0; axis < dimensions.length; axis += 1) shape.push(Number(dimensions[axis]));
  if (shape.some((size) => size < 0)) {
    return invalidShape(input, dimensions, 'contains one or more invalid dimensions');
  }
  const isEmpty = shape.includes(0);
  if (isEmpty || elementCount(shape) * bytesPerElement(datatype) <= Number.MAX_SAFE_INTEGER) return shape;
  return overflow(input, datatype, dimensions) ?? shape;
}

function overflow(
  input: string,
  datatype: Datatype,
  dimensions: ArrayLike<bigint>,
): SlipwayError | undefined {
  let count = 1n;
  for (const size of Array.from(dimensions)) {
    count *= size;
    if (count > MOST_INT64) {
      const problem = `causes total element count to exceed maximum size of ${MOST_INT64}`;
      return invalidShape(input, dimensions, problem);
    }
  }
  const size = BigInt(bytesPerElement(datatype));
  if (count * size <= MOST_INT64) return undefined;
  return invalid(
    `byte size overflow for input '${input}': element count (${count}) * data type size (${size}) exceeds maximum allowed size (${MOST_INT64})`,
  );
}

function invalidShape(input: string, dimensions: ArrayLike<bigint>, problem: string): SlipwayError {
  return invalid(`invalid shape for input '${input}': shape ${showShape(dimensions)} ${problem}`);
}

/** A shape in a message: `[2,-1]`. */
export function showShape(dimensions: ArrayLike<bigint | number>): string {
  const shown = Array.from({ length: Math.min(dimensions.length, SHOWN_DIMENSIONS) }, (_, axis) =>
    String(dimensions[axis]),
  );
  return `[${shown.join(',')}${dimensions.length > SHOWN_DIMENSIONS ? ',…' : ''}]`;
}
