import { type ImageInput, SlipwayError } from '@slipway/contract';
import type { ElementType, ValueInfo } from '@slipway/graph/onnx';
import { describeValue, dimsOf, namesOf } from './values.ts';

const ELEMENTS: Readonly<Record<ImageInput['datatype'], ElementType>> = {
  FP32: 'float',
  FP16: 'float16',
  UINT8: 'uint8',
};

const CHANNELS = 3;

/** Throws `invalid_argument` where a model does not take just the pixels that preprocessing makes. */
export function checkPixels(image: ImageInput, inputs: readonly ValueInfo[]): void {
  const { input, width, height, layout, datatype } = image;
  const taking = inputs.find(({ name }) => name === input);
  if (taking === undefined) {
    throw invalid(
      `the featurizer has no input "${input}" for the pixels; it has ${namesOf(inputs).join(', ') || 'none'}`,
    );
  }
  const [more] = inputs.filter((each) => each !== taking);
  if (more !== undefined) {
    throw invalid(
      `the featurizer takes "${more.name}" besides the pixels: give it a value that stays (freezeInput), or cut the model behind it`,
    );
  }
  const sizes = layout === 'NHWC' ? [height, width, CHANNELS] : [CHANNELS, height, width];
  const element = taking.type?.kind === 'tensor' ? taking.type.elementType : undefined;
  const dims = dimsOf(taking)?.map(({ size }) => size);
  const fits =
    dims === undefined ||
    (dims.length === sizes.length + 1 &&
      sizes.every((size, axis) => typeof dims[axis + 1] !== 'number' || dims[axis + 1] === size));
  if (fits && element === ELEMENTS[datatype]) return;
  throw invalid(
    `the featurizer's input "${input}" is ${describeValue(taking)}, and preprocessing makes ${ELEMENTS[datatype]} [batch, ${sizes.join(', ')}]`,
  );
}

function invalid(why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `preprocessing: ${why}.`, {
    details: { field: 'preprocessing' },
  });
}
