import { loadElements } from '../onnx/load-elements.ts';
import type { Node, Tensor } from '../onnx/model.ts';

/** An attribute that is a whole number, or the default of the operator. */
export function intAttribute(node: Node, name: string, otherwise: number): number {
  const value = node.attributes.find((each) => each.name === name)?.value;
  return value?.kind === 'int' ? Number(value.value) : otherwise;
}

/** An attribute that is a number, or the default of the operator. */
export function floatAttribute(node: Node, name: string, otherwise: number): number {
  const value = node.attributes.find((each) => each.name === name)?.value;
  return value?.kind === 'float' ? value.value : otherwise;
}

/** The values of an FP32 tensor. */
export function floatsOf(tensor: Tensor): Float32Array {
  const bytes = loadElements(tensor);
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
