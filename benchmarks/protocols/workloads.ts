import { elementCount } from '@slipway/contract';
import { encodeModel, heWeights, node, seededRandom, tensor, tensorSpec } from '@slipway/testkit';
import { Tensor } from 'onnxruntime-node';
import { digitsInline } from '../workloads/digits.ts';
import { photo } from '../workloads/photo.ts';
import type { Workload } from '../workloads/workload.ts';

/** One input, sent over every protocol. */
export interface ProtocolWorkload
  extends Pick<Workload, 'name' | 'model' | 'lane' | 'requests' | 'warmUpRequests'> {
  readonly input: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** The same input as an encoded image, for models that take pixels. */
  readonly image?: EncodedImage | undefined;
}

export interface EncodedImage {
  readonly jpeg: Buffer;
  /** The `signature.json` of a model that takes it. */
  readonly signature: object;
}

const IMAGE_SHAPE: readonly number[] = [1, 3, 224, 224];
const CLASSES = 10;

/** The digit classifier, a run of some ten microseconds. */
export async function digits(): Promise<ProtocolWorkload> {
  const { model, lane, samples } = await digitsInline();
  const image = samples[0]?.feeds['image'];
  if (!(image?.data instanceof Float32Array)) throw new Error('The digits have no first sample of floats.');
  return {
    name: 'digits, 1 x 784 float32',
    model,
    lane,
    input: 'image',
    shape: image.dims,
    values: image.data,
    requests: { 1: 1_500, 16: 3_000, 64: 3_000 },
    warmUpRequests: 10_000,
  };
}

/** An input of the size that ResNet-50 has, for a model that does as good as nothing with it: what remains is the wire. */
export async function pixels(): Promise<ProtocolWorkload> {
  const random = seededRandom(1);
  const values = Float32Array.from({ length: elementCount(IMAGE_SHAPE) }, random);
  return {
    name: 'pixels, 1 x 3 x 224 x 224 float32',
    model: poolingModel(random),
    lane: 'inline',
    input: 'image',
    shape: IMAGE_SHAPE,
    values,
    image: { jpeg: await photo(500, 375), signature: IMAGE_SIGNATURE },
    requests: { 1: 40, 16: 80, 64: 128 },
    warmUpRequests: 300,
  };
}

/** As the bare engine takes it. */
export function feedsOf({ input, shape, values }: ProtocolWorkload): Readonly<Record<string, Tensor>> {
  return { [input]: new Tensor('float32', values, shape) };
}

const IMAGE_SIGNATURE = {
  kind: 'ModelSignature',
  inputs: {
    image: {
      image: {
        width: 224,
        height: 224,
        resize: 'bilinear',
        fit: 'crop',
        shorterSide: 256,
        mean: [123.675, 116.28, 103.53],
        std: [58.395, 57.12, 57.375],
        layout: 'NCHW',
      },
    },
  },
};

/** The mean of each colour, and a layer of ten classes behind it. */
function poolingModel(random: () => number): Uint8Array {
  const [, channels = 0, height = 0, width = 0] = IMAGE_SHAPE;
  return encodeModel({
    opset: 17,
    graph: {
      name: 'pooling',
      inputs: [tensorSpec('image', 'FP32', ['batch', channels, height, width])],
      outputs: [tensorSpec('probabilities', 'FP32', ['batch', CLASSES])],
      nodes: [
        node('GlobalAveragePool', ['image'], ['pooled']),
        node('Flatten', ['pooled'], ['features']),
        node('Gemm', ['features', 'weights', 'bias'], ['logits']),
        node('Softmax', ['logits'], ['probabilities']),
      ],
      initializers: [
        tensor('weights', 'FP32', [channels, CLASSES], heWeights(channels * CLASSES, channels, random)),
        tensor('bias', 'FP32', [CLASSES], new Float32Array(CLASSES)),
      ],
    },
  });
}
