import {
  BYTES_PER_ELEMENT,
  type Datatype,
  ELEMENT_ARRAYS,
  SlipwayError,
  type TensorData,
} from '@slipway/contract';
import { isDense } from '../prediction/elements.ts';

/** A tensor by its bytes. */
export interface RawTensor {
  /** Elements in row-major order, little endian; of `BYTES` the one element itself, such as an encoded image. */
  readonly data: Uint8Array;
  readonly shape: readonly number[];
  readonly datatype: Datatype;
}

/** The elements of a raw tensor. Throws `invalid_argument` if the bytes end within one. */
export function elementsOf(name: string, { data, datatype }: RawTensor): TensorData {
  if (!isDense(datatype)) return [Uint8Array.from(data)];
  const size = BYTES_PER_ELEMENT[datatype];
  if (data.length % size === 0) {
    // A copy lies where elements of every size may begin.
    return new ELEMENT_ARRAYS[datatype](Uint8Array.from(data).buffer, 0, data.length / size);
  }
  throw new SlipwayError(
    'invalid_argument',
    `Input "${name}" has ${data.length} bytes, which is no whole number of elements of ${datatype} (${size} bytes each).`,
    { details: { field: name } },
  );
}
