import type { Signature, TensorSpec } from '@slipway/contract';

/** What the protocol must know of a model to read and answer a request for it. */
export interface OipModel {
  readonly name: string;
  readonly signature: Signature;
}

/**
 * True if the first dimension of all inputs and outputs is open, which is when Triton gives an ONNX model a batch
 * dimension of its own accord.
 */
export function hasBatchAxis({ inputs, outputs }: Signature): boolean {
  return inputs.every(isOpenFirst) && outputs.every(isOpenFirst);
}

function isOpenFirst({ shape }: TensorSpec): boolean {
  return shape.length > 0 && typeof shape[0] !== 'number';
}
