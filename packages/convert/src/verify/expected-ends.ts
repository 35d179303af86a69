import type { Conversion } from '../native/convert-natively.ts';
import type { Requested, RequestedTensor } from '../source/requested.ts';
import type { ExpectedEnds } from './check-ends.ts';
import type { Shapes } from './try-model.ts';

/** The ends of a result: those that were asked for, and for encoded images the tensor of their pixels. */
export function expectedEnds({ inputs, outputs }: Requested, images: Conversion['images']): ExpectedEnds {
  const pixels = (tensor: RequestedTensor): RequestedTensor => {
    const image = images.find(({ name }) => name === tensor.name);
    return image === undefined ? tensor : { ...tensor, name: image.input, dtype: null, shape: null };
  };
  return { inputs: inputs.map(pixels), outputs };
}

/** Shapes that a user gave by keys of the signature, by the names of tensors. */
export function shapesOf({ inputs }: Requested, given: Shapes = {}): Shapes {
  const names = new Map(inputs.map(({ alias, name }) => [alias, name]));
  return Object.fromEntries(Object.entries(given).map(([name, shape]) => [names.get(name) ?? name, shape]));
}
