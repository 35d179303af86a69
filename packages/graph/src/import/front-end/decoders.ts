import { boolAttribute, floatAttribute, intAttribute, typeAttribute } from '../operation.ts';
import { decodedPicture } from './pictures.ts';
import { notSaid, type Rule, type Step } from './step.ts';

const CHANNELS = 3;

/** What the options of a decoder must be for its pixels to be those that replicas decode. */
function checkOptions(step: Step): void {
  const channels = intAttribute(step, 'channels', 0);
  if (channels === 0)
    throw notSaid('It gives each image as many channels as its file has. Decode with channels=3.');
  if (channels !== CHANNELS) throw notSaid(`It decodes ${channels} channels, and replicas decode 3.`);
  const dtype = typeAttribute(step, 'dtype', 'uint8');
  if (dtype !== 'uint8') throw notSaid(`It decodes to ${dtype}. Decode to uint8 and cast.`);
}

function checkJpegOptions(step: Step): void {
  const ratio = intAttribute(step, 'ratio', 1);
  if (ratio !== 1) throw notSaid(`It decodes at 1/${ratio} of the size.`);
  if (!boolAttribute(step, 'fancy_upscaling', true)) throw notSaid('It decodes with fancy_upscaling=False.');
  if (
    boolAttribute(step, 'try_recover_truncated', false) ||
    floatAttribute(step, 'acceptable_fraction', 1) !== 1
  )
    throw notSaid('It takes images that are cut short, which replicas refuse.');
}

const decode: Rule = (step) => {
  const [encoded] = step.inputs;
  if (encoded?.kind !== 'encoded')
    throw notSaid('It decodes what is not one of the images that callers send.');
  checkOptions(step);
  return [decodedPicture(step, encoded.of)];
};

const decodeJpeg: Rule = (step) => {
  checkJpegOptions(step);
  return decode(step);
};

function refused(why: string): Rule {
  return () => {
    throw notSaid(why);
  };
}

/**
 * Ops that decode an image. Each of TensorFlow's decoders for one format takes the other formats as well; where one
 * gives several frames, a still image is one without that axis, as replicas take no other.
 */
export const DECODERS: ReadonlyMap<string, Rule> = new Map([
  ['DecodePng', decode],
  ['DecodeImage', decode],
  ['DecodeJpeg', decodeJpeg],
  ['DecodeAndCropJpeg', refused('It cuts a part out of the image before it is resized.')],
  ['DecodeBmp', refused('Replicas decode no BMP. Decode with tf.io.decode_image and send PNG.')],
  [
    'DecodeGif',
    refused(
      'It gives all frames of an animation. Decode with tf.io.decode_image and expand_animations=False.',
    ),
  ],
]);
