import { type ImageInput, type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { imageSignature } from '../images/image-signature.ts';
import type { PreprocessImages } from '../images/preprocess-images.ts';
import { fitInputs } from '../models/fit-inputs.ts';
import type { InferRequest } from './data-plane.ts';

/** The inputs of a model that callers send as encoded images. */
export interface ImageInputs {
  /** The signature as callers see it. */
  readonly signature: Signature;
  /**
   * The model's own inputs of what a caller sent, which must fit `signature`. Rejects as `PreprocessImages` does,
   * and with `invalid_argument` if the number of images disagrees with another input.
   */
  toTensors(inputs: readonly Tensor[], request: Patience): Promise<readonly Tensor[]>;
}

type Patience = Pick<InferRequest, 'signal' | 'timeoutMs'>;

/** A PNG of one pixel. */
const SAMPLE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** Opens the decoder for images that fit the model's own signature, and decodes one, so that the first request finds it warm. */
export async function openImageInputs(
  own: Signature,
  images: readonly ImageInput[],
  openDecoder: () => Promise<PreprocessImages>,
): Promise<ImageInputs> {
  const preprocess = await openDecoder();
  await Promise.all(images.map((image) => preprocess(image, [SAMPLE])));
  const signature = imageSignature(own, images);

  const toTensor = (input: Tensor, index: number, { signal, timeoutMs }: Patience) => {
    const image = signature.inputs[index]?.image;
    if (image === undefined) return input;
    return preprocess(image, input.data as readonly Uint8Array[], signal, timeoutMs);
  };
  return {
    signature,
    async toTensors(inputs, request) {
      const tensors = await Promise.all(inputs.map((input, index) => toTensor(input, index, request)));
      const fitting = fitInputs(own, tensors);
      if (fitting instanceof SlipwayError) throw fitting;
      return fitting;
    },
  };
}
