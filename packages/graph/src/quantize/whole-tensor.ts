import type { ElementType } from '../onnx/element-types.ts';
import type { Tensor } from '../onnx/model.ts';

/** A constant of the elements as they lie in memory. */
export function rawTensor(
  name: string,
  elementType: ElementType,
  dims: readonly number[],
  bytes: Uint8Array,
): Tensor {
  return { name, elementType, dims, data: { form: 'raw', bytes }, metadata: [] };
}
