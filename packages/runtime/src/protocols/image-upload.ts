import { type LoadedModel, SlipwayError, type Tensor } from '@slipway/contract';
import { readForm } from './form.ts';

/** A body that is images and nothing else: one as it is, or those of a form. */
export type Upload = { readonly kind: 'image' } | { readonly kind: 'form'; readonly type: string };

const IMAGE: Upload = { kind: 'image' };

/** What a Content-Type says of images; `undefined`: the body is what the protocol says. */
export function uploadOf(type: string | undefined): Upload | undefined {
  if (type === undefined || type.startsWith('application/')) return undefined;
  if (/^image\//i.test(type)) return IMAGE;
  return /^multipart\/form-data\s*(?:;|$)/i.test(type) ? { kind: 'form', type } : undefined;
}

/** The encoded images of an upload, in the order of its files. */
export function readImages(
  upload: Upload,
  body: Buffer,
): readonly Uint8Array[] | SlipwayError | Promise<readonly Uint8Array[] | SlipwayError> {
  return upload.kind === 'image' ? [body] : readForm(body, upload.type);
}

/** The input of a model whose only input is images, of these; `unsupported_media_type` for every other model. */
export function imageTensor(images: readonly Uint8Array[], model: LoadedModel): Tensor | SlipwayError {
  const { inputs } = model.signature;
  const [only, ...others] = inputs;
  if (only?.image === undefined || others.length > 0) {
    const names = inputs.map(({ name }) => `"${name}"`).join(', ');
    return new SlipwayError(
      'unsupported_media_type',
      `A body of images is for models whose only input is declared as an image; model "${model.name}" takes ${names}. Send the tensors as JSON.`,
    );
  }
  return { name: only.name, datatype: 'BYTES', shape: [images.length], data: images };
}
