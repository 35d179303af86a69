import type { ElementType } from '../element-types.ts';
import type { OnnxModel, TensorType } from '../model.ts';
import { followModel } from './check-model.ts';

const TENSOR = /^tensor\((\w+)\)$/;

/**
 * Types and shapes of the tensors of a model's main graph, as far as its inputs, constants and operators tell: those of
 * other makers' operators are known only where the file says them. Weights are not read.
 */
export function inferTypes(model: OnnxModel): ReadonlyMap<string, TensorType> {
  const { types, shapes } = followModel(model, {}, () => {});
  const found = new Map<string, TensorType>();
  for (const [name, text] of types) {
    const elementType = text?.match(TENSOR)?.[1] as ElementType | undefined;
    if (elementType === undefined) continue;
    const dims = shapes.get(name)?.dims;
    const shape = dims && { dims: dims.map((size) => ({ size })) };
    found.set(name, { kind: 'tensor', elementType, ...(shape && { shape }) });
  }
  return found;
}
