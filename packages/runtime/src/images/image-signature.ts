import type { ImageInput, Signature, TensorSpec } from '@slipway/contract';

/**
 * The signature as callers see it: an input of encoded images has the declared name, the datatype BYTES, one
 * element an image, and says in `image` what becomes of them. All else is the model's own.
 */
export function imageSignature(signature: Signature, images: readonly ImageInput[]): Signature {
  return Object.freeze({
    inputs: Object.freeze(signature.inputs.map((spec) => shown(spec, images))),
    outputs: signature.outputs,
  });
}

function shown(spec: TensorSpec, images: readonly ImageInput[]): TensorSpec {
  const image = images.find(({ input }) => input === spec.name);
  if (image === undefined) return spec;
  const [batch = null] = spec.shape;
  return Object.freeze({ name: image.name, datatype: 'BYTES', shape: Object.freeze([batch]), image });
}
