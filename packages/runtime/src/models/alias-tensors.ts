import type { Signature, TensorSpec } from '@slipway/contract';

/** The signature with the other names of its tensors. */
export function aliasTensors(
  signature: Signature,
  aliases: ReadonlyMap<string, string> | undefined,
): Signature {
  if (aliases === undefined) return signature;
  const shown = (spec: TensorSpec): TensorSpec => {
    const alias = aliases.get(spec.name);
    return alias === undefined ? spec : Object.freeze({ ...spec, alias });
  };
  return Object.freeze({
    inputs: Object.freeze(signature.inputs.map(shown)),
    outputs: Object.freeze(signature.outputs.map(shown)),
  });
}
