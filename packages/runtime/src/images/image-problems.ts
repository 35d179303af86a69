import type { ImageInput, Signature, TensorSpec } from '@slipway/contract';
import { describeSpec, quoteAll } from '../models/fit-inputs.ts';

/** Everything in which the declared images do not fit the model's own inputs. */
export function imageProblems(signature: Signature, images: readonly ImageInput[]): readonly string[] {
  return images.flatMap((image) => {
    const spec = signature.inputs.find(({ name }) => name === image.input);
    if (spec === undefined) return [unknownInput(signature, image)];
    return [...misfits(spec, image), ...takenName(signature, images, image)].map(
      (problem) => `inputs.${image.input}.image.${problem}`,
    );
  });
}

function unknownInput({ inputs }: Signature, { input }: ImageInput): string {
  return `inputs.${input} is no input of the model, which has ${quoteAll(inputs.map(({ name }) => name))}`;
}

function misfits(spec: TensorSpec, image: ImageInput): readonly string[] {
  const but = `but the model takes ${describeSpec(spec)}`;
  const datatype = spec.datatype === image.datatype ? [] : [`datatype is ${image.datatype}, ${but}`];
  const axes = axesOf(image);
  if (spec.shape.length !== axes.length) return [...datatype, `layout is ${image.layout}, ${but}`];
  const sides = axes.flatMap(({ field, size }, axis) => {
    const own = spec.shape[axis];
    return size === null || typeof own !== 'number' || own === size ? [] : [`${field} is ${size}, ${but}`];
  });
  return [...datatype, ...sides];
}

/** What each axis must be, and the field that says so; any number of images will do. */
function axesOf({ layout, width, height }: ImageInput) {
  const batch = { field: 'batch', size: null };
  const channels = { field: `layout ${layout}: the number of channels`, size: 3 };
  const sides = [
    { field: 'height', size: height },
    { field: 'width', size: width },
  ];
  return layout === 'NHWC' ? [batch, ...sides, channels] : [batch, channels, ...sides];
}

function takenName(
  { inputs }: Signature,
  images: readonly ImageInput[],
  { input, name }: ImageInput,
): readonly string[] {
  const plain = inputs.filter((spec) => !images.some((image) => image.input === spec.name));
  return plain.some((spec) => spec.name === name)
    ? [`name is "${name}", but another input of the model has it; "${input}" needs one of its own`]
    : [];
}
