import { SlipwayError } from '@slipway/contract';
import { CATALOGUE } from '@slipway/graph/catalogue';
import type { Preprocessing } from '../pipeline/pipeline.ts';
import { describeTensor, type SymbolicTensor, symbolicTensor } from './symbolic-tensor.ts';

export interface PreprocessArrayOptions {
  /** The order of the channels. Default: `RGB`. */
  readonly order?: 'RGB' | 'BGR' | undefined;
  /** What pixels less their means are multiplied with: 0.017 for DenseNet-121. Default: 1. */
  readonly scalingFactor?: number | undefined;
  /** Default: 224. */
  readonly outputHeight?: number | undefined;
  /** Default: 224. Not looked at where the aspect ratio is kept: the cut is a square. */
  readonly outputWidth?: number | undefined;
  /** Scales the shorter side to 256 pixels and cuts out the centre; else both sides are stretched. Default: true. */
  readonly preserveAspectRatio?: boolean | undefined;
}

const SHORTER_SIDE = 256;
const SIDE = 224;

/** What the map over all images is called in graphs of the original. */
const PIXELS_TENSOR = 'map_normalize_jpeg/TensorArrayStack/TensorArrayGatherV3:0';

const { mean, std, input, layout, datatype } = CATALOGUE.resnet50.preprocessing;

/**
 * Decodes images, scales them as TensorFlow 1 does, and takes the means of ImageNet off: what `preprocess_array` of
 * Azure's library computes. Throws `invalid_argument`.
 */
export function preprocessArray(
  images: SymbolicTensor,
  {
    order = 'RGB',
    scalingFactor = 1,
    outputHeight = SIDE,
    outputWidth = SIDE,
    preserveAspectRatio = true,
  }: PreprocessArrayOptions = {},
): SymbolicTensor {
  if (images.datatype !== 'string' || images.shape.length !== 1) {
    throw invalid('images', `encoded images are one string each, and not ${describeTensor(images)}`);
  }
  // The words of the original.
  if (order !== 'RGB' && order !== 'BGR') throw invalid('order', 'can only construct in RGB or BGR order');
  if (!(scalingFactor > 0 && Number.isFinite(scalingFactor))) {
    throw invalid('scalingFactor', `it must be a number above 0, and is ${scalingFactor}`);
  }
  requireSide('outputHeight', outputHeight);
  requireSide('outputWidth', outputWidth);
  const side = Math.min(outputHeight, SHORTER_SIDE);
  const [height, width] = preserveAspectRatio ? [side, side] : [outputHeight, outputWidth];
  const fit = preserveAspectRatio
    ? ({ fit: 'crop', shorterSide: SHORTER_SIDE, sides: 'float32' } as const)
    : ({ fit: 'stretch' } as const);
  const preprocessing: Preprocessing = {
    ...{ input, width, height, layout, datatype, mean, std },
    ...fit,
    resize: 'tf1_bilinear',
    channelOrder: order === 'RGB' ? 'rgb' : 'bgr',
    scale: [scalingFactor, scalingFactor, scalingFactor],
  };
  const made = { by: 'preprocessing', from: images, preprocessing } as const;
  return symbolicTensor({ name: PIXELS_TENSOR, datatype: 'float32', shape: [null, height, width, 3], made });
}

function requireSide(field: string, side: number): void {
  if (!Number.isSafeInteger(side) || side < 1) throw invalid(field, `${side} is no number of pixels`);
}

function invalid(field: string, why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${why}.`, { details: { field } });
}
