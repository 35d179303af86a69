import type { Tensor } from '@slipway/contract';
import { elementBytes, isDense } from '../../models/elements.ts';
import { writeBytesTensor } from './bytes-tensor.ts';

/** The raw form of a tensor: a view of its elements, or for BYTES a buffer of elements after their lengths. */
export function rawBytes({ data }: Tensor): Uint8Array {
  return isDense(data) ? elementBytes(data) : writeBytesTensor(data);
}
