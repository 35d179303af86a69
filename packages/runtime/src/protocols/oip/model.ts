import type { Signature, SlipwayError, TensorSpec } from '@slipway/contract';
import { invalid } from './refusals.ts';

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

/** Why a name may not be that of a model: it would be read as a path. `model..1` is a good name. */
export function checkModelName(name: string): SlipwayError | undefined {
  const isPath = name === '.' || name === '..' || /[/\\\0]/.test(name);
  if (!isPath) return undefined;
  return invalid(`invalid model name '${name}', model name must not contain path traversal characters`);
}
