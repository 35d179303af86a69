import { seededRandom } from '@slipway/contract';
import { encodeModel } from '../onnx/encode.ts';
import { node, type OnnxInitializer, type OnnxNode, tensor, tensorSpec } from '../onnx/model.ts';
import { heWeights } from '../random.ts';
import { OPSET } from './opset.ts';

interface ConvBlock {
  readonly inputs: number;
  readonly outputs: number;
  /** Halves height and width after the convolution. */
  readonly pool: boolean;
}

const BLOCKS: readonly ConvBlock[] = [
  { inputs: 3, outputs: 32, pool: false },
  { inputs: 32, outputs: 64, pool: true },
  { inputs: 64, outputs: 128, pool: true },
  { inputs: 128, outputs: 128, pool: true },
];

const CLASSES = 10;

/** What an image for `convNet` has to look like, without the batch. */
export const CONV_NET_IMAGE = [3, 64, 64] as const;

/**
 * A convolutional classifier with random weights: `image` FP32 [batch, 3, 64, 64] to `probabilities` FP32
 * [batch, 10]. About 190 million multiplications an image, which is several milliseconds on one core.
 */
export function convNet(seed: number): Uint8Array {
  const random = seededRandom(seed);
  return encodeModel({
    opset: OPSET,
    graph: {
      name: 'conv-net',
      inputs: [tensorSpec('image', 'FP32', ['batch', ...CONV_NET_IMAGE])],
      outputs: [tensorSpec('probabilities', 'FP32', ['batch', CLASSES])],
      nodes: [...BLOCKS.flatMap(blockNodes), ...classifierNodes()],
      initializers: [
        ...BLOCKS.flatMap((block, index) => blockConstants(block, index, random)),
        ...classifierConstants(random),
      ],
    },
  });
}

function blockNodes(block: ConvBlock, index: number): OnnxNode[] {
  const input = index === 0 ? 'image' : `block${index - 1}`;
  const output = `block${index}`;
  const activation = block.pool ? `relu${index}` : output;
  return [
    node('Conv', [input, `kernel${index}`, `bias${index}`], [`conv${index}`], {
      kernel_shape: { ints: [3, 3] },
      pads: { ints: [1, 1, 1, 1] },
    }),
    node('Relu', [`conv${index}`], [activation]),
    ...(block.pool
      ? [
          node('MaxPool', [activation], [output], {
            kernel_shape: { ints: [2, 2] },
            strides: { ints: [2, 2] },
          }),
        ]
      : []),
  ];
}

function classifierNodes(): OnnxNode[] {
  return [
    node('GlobalAveragePool', [`block${BLOCKS.length - 1}`], ['pooled']),
    node('Flatten', ['pooled'], ['features']),
    node('Gemm', ['features', 'classWeights', 'classBias'], ['logits']),
    node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } }),
  ];
}

function blockConstants(block: ConvBlock, index: number, random: () => number): OnnxInitializer[] {
  const { inputs, outputs } = block;
  const kernel = heWeights(outputs * inputs * 9, inputs * 9, random);
  return [
    tensor(`kernel${index}`, 'FP32', [outputs, inputs, 3, 3], kernel),
    tensor(`bias${index}`, 'FP32', [outputs], new Float32Array(outputs)),
  ];
}

function classifierConstants(random: () => number): OnnxInitializer[] {
  const features = BLOCKS.at(-1)?.outputs ?? 0;
  return [
    tensor('classWeights', 'FP32', [features, CLASSES], heWeights(features * CLASSES, features, random)),
    tensor('classBias', 'FP32', [CLASSES], new Float32Array(CLASSES)),
  ];
}
