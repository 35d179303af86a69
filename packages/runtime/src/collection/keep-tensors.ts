import type { Tensor, TensorSpec } from '@slipway/contract';
import { copyElements, isDense } from '../models/elements.ts';
import type { KeptTensor } from './messages.ts';

/** What a tensor costs beside its elements, and an element of BYTES beside its bytes: about what V8 takes for them. */
const TENSOR_BYTES = 256;
const ELEMENT_BYTES = 100;

/** Memory in bytes that copies of these tensors take. */
export function sizeOf(tensors: readonly Tensor[]): number {
  let bytes = 0;
  for (const { data } of tensors) {
    bytes += TENSOR_BYTES;
    if (isDense(data)) bytes += data.byteLength;
    else for (const element of data) bytes += element.byteLength + ELEMENT_BYTES;
  }
  return bytes;
}

/** Copies that stay what they are whatever becomes of the request's own memory. */
export function keepTensors(tensors: readonly Tensor[], specs: readonly TensorSpec[]): readonly KeptTensor[] {
  return tensors.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape: [...shape],
    data: isDense(data)
      ? copyElements(datatype, data)
      : data.map((element) => Uint8Array.prototype.slice.call(element)),
    isImage: specs.find((spec) => spec.name === name)?.image !== undefined,
  }));
}

/** The blocks of memory that can move to another thread instead of being copied again. */
export function buffersOf(tensors: readonly KeptTensor[]): ArrayBuffer[] {
  return tensors.flatMap(({ data }) =>
    isDense(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : [],
  );
}
