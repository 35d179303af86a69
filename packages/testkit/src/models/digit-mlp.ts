import { seededRandom } from '@slipway/contract';
import { encodeModel } from '../onnx/encode.ts';
import { node, type OnnxInitializer, type OnnxNode, tensor, tensorSpec } from '../onnx/model.ts';
import { heWeights } from '../random.ts';
import { OPSET } from './opset.ts';

/** Units a layer of the digit network: pixels in, two hidden layers, one output a digit. */
export const DIGIT_LAYERS = [784, 300, 100, 10] as const;

/** A fully connected layer: `weights` is [inputs, outputs] in row-major order, `bias` is [outputs]. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The digit classifier: `image` FP32 [batch, 784] with pixels from 0 to 1, ReLU between the layers, softmax,
 * `probabilities` FP32 [batch, 10]. About 1 MB.
 */
export function digitMlp(layers: readonly DenseLayer[] = randomDigitLayers(1)): Uint8Array {
  return encodeModel({
    opset: OPSET,
    graph: {
      name: 'digits',
      inputs: [tensorSpec('image', 'FP32', ['batch', layers[0]?.inputs ?? 0])],
      outputs: [tensorSpec('probabilities', 'FP32', ['batch', layers.at(-1)?.outputs ?? 0])],
      nodes: [
        ...layers.flatMap((_layer, index) => layerNodes(index, index === layers.length - 1)),
        node('Softmax', [`dense${layers.length - 1}`], ['probabilities'], { axis: { int: -1 } }),
      ],
      initializers: layers.flatMap(layerConstants),
    },
  });
}

/** Layers of the digit network as training finds them before its first step. */
export function randomDigitLayers(seed: number): DenseLayer[] {
  const random = seededRandom(seed);
  return DIGIT_LAYERS.slice(1).map((outputs, index) => {
    const inputs = DIGIT_LAYERS[index] ?? 0;
    const weights = heWeights(inputs * outputs, inputs, random);
    return { inputs, outputs, weights, bias: new Float32Array(outputs) };
  });
}

function layerNodes(index: number, last: boolean): OnnxNode[] {
  const input = index === 0 ? 'image' : `hidden${index - 1}`;
  const dense = node('Gemm', [input, `weights${index}`, `bias${index}`], [`dense${index}`]);
  return last ? [dense] : [dense, node('Relu', [`dense${index}`], [`hidden${index}`])];
}

function layerConstants(layer: DenseLayer, index: number): OnnxInitializer[] {
  return [
    tensor(`weights${index}`, 'FP32', [layer.inputs, layer.outputs], layer.weights),
    tensor(`bias${index}`, 'FP32', [layer.outputs], layer.bias),
  ];
}
