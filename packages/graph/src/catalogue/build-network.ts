import { GraphError } from '../graph-error.ts';
import { attach } from '../onnx/edit/attach.ts';
import type { OnnxModel, Tensor, ValueInfo } from '../onnx/model.ts';
import { describedProblems, weightProblems } from './check-weights.ts';
import { FEATURE_TENSOR, INPUT_TENSOR } from './facts.ts';
import { conv } from './layers.ts';
import { VARIANT_METADATA, WEIGHTS_METADATA } from './metadata.ts';
import type { Network, Variant } from './network.ts';
import { pixelsOf } from './network-pixels.ts';
import { densenet } from './networks/densenet.ts';
import { resnet } from './networks/resnet.ts';
import { type Boxes, ssd } from './networks/ssd.ts';
import { vgg } from './networks/vgg.ts';
import {
  type Feature,
  floatConstant,
  newSketch,
  node,
  type Sketch,
  type WeightSpec,
  wholeConstant,
} from './sketch.ts';
import type { NetworkWeights, Pixels, WeightsPart } from './weights.ts';

/** A network of the catalogue as two models that fit behind each other. */
export interface BuiltNetwork {
  readonly featurizer: OnnxModel;
  /** SSD-VGG has none, nor have weights of the featurizer alone. */
  readonly classifier: OnnxModel | undefined;
}

export interface BuildOptions {
  /** The scope of the default classifier: `classifier`. */
  readonly classifierScope?: string | undefined;
}

const OPSET = 18;
const IR_VERSION = 8;
const BATCH = 'batch';

/** The levels of a photo, less their means, are some 70 off: what that is squared. */
const PHOTO_SPREAD = 5000;

/**
 * Builds a network from weights, under the tensor names that the original has. The batch is open; the same weights give
 * the same models. Elements stay where the weights have them. Throws `GraphError` (`invalid_argument`), which names all
 * weights that are missing, too many or of another shape.
 */
export function buildNetwork(
  network: Network,
  weights: NetworkWeights,
  { classifierScope = 'classifier' }: BuildOptions = {},
): BuiltNetwork {
  const { sketch, outputs } = sketchFeaturizer(network, weights.variant, weights.pixels);
  const head = sketchClassifier(network, outputs, weights.part, `${classifierScope}/`);
  const problems = weightProblems([...sketch.weights, ...(head?.sketch.weights ?? [])], weights.tensors);
  if (problems.length > 0) throw new GraphError('invalid_argument', describedProblems(network, problems));
  const side = network.input.side;
  return {
    featurizer: modelOf(sketch, [valueInfo(INPUT_TENSOR, [side, side, 3])], outputs.map(infoOf), weights),
    classifier: head && modelOf(head.sketch, outputs.map(infoOf), [infoOf(head.output)], weights),
  };
}

/** Featurizer and classifier as one model. Throws `GraphError` (`invalid_argument`) where there is no classifier. */
export function withClassifier({ featurizer, classifier }: BuiltNetwork): OnnxModel {
  if (classifier === undefined) throw noClassifier(featurizer);
  return attach(featurizer, classifier, { joins: { [FEATURE_TENSOR]: FEATURE_TENSOR } });
}

/** Why a network was built without a classifier. The first sentence is the original's. */
export function noClassifier({ graph }: OnnxModel): GraphError {
  const couldHaveOne = graph.outputs.some(({ name }) => name === FEATURE_TENSOR);
  const why = couldHaveOne
    ? ' Its weights were read for the featurizer alone: read them with their classifier, or train one.'
    : '';
  return new GraphError('invalid_argument', `This model does not have classifier.${why}`);
}

/** All weights that a network needs, in the order of its layers. */
export function neededWeights(
  network: Network,
  variant: Variant,
  part: WeightsPart = 'network',
): readonly WeightSpec[] {
  const { sketch, outputs } = sketchFeaturizer(network, variant, pixelsOf(network));
  return [...sketch.weights, ...(sketchClassifier(network, outputs, part, '')?.sketch.weights ?? [])];
}

function sketchFeaturizer(network: Network, variant: Variant, pixels: Pixels) {
  const sketch = newSketch(network.scope);
  const images = node(sketch, 'Transpose', 'input', [normalized(sketch, network, pixels)], {
    perm: [0, 3, 1, 2],
  });
  const { side, scale } = network.input;
  const x = { name: images, channels: 3, side, spread: PHOTO_SPREAD * scale ** 2 };
  return { sketch, outputs: outputsOf(sketch, x, network, variant) };
}

/** Pixels as the weights were trained on, where that is another arithmetic than the network's. */
function normalized(sketch: Sketch, { input }: Network, { mean, std }: Pixels): string {
  // A pixel is x = (level - M) * scale, and is to be (level - mean) / std.
  const factors = std.map((each) => 1 / (each * input.scale));
  const terms = mean.map((each, index) => ((input.mean[index] as number) - each) / (std[index] as number));
  if (factors.every((each) => Math.abs(each - 1) < 1e-12) && terms.every((each) => each === 0))
    return INPUT_TENSOR;
  const scaled = node(sketch, 'Mul', 'input', [INPUT_TENSOR, floatConstant(sketch, 'input', factors)]);
  return node(sketch, 'Add', 'input', [scaled, floatConstant(sketch, 'input', terms)]);
}

function outputsOf(sketch: Sketch, x: Feature, network: Network, variant: Variant): readonly Boxes[] {
  switch (network.family) {
    case 'resnet':
      return [channelsLast(sketch, resnet(sketch, x, network, variant))];
    case 'densenet':
      return [channelsLast(sketch, densenet(sketch, x, network, variant))];
    case 'vgg':
      return [channelsLast(sketch, vgg(sketch, x, network))];
    case 'ssd':
      return ssd(sketch, x, network);
  }
}

function channelsLast(sketch: Sketch, { name, channels, side }: Feature): Boxes {
  const output = node(sketch, 'Transpose', 'features', [name], { perm: [0, 2, 3, 1] }, FEATURE_TENSOR);
  return { name: output, dims: [side, side, channels] };
}

/** From features to classes: probabilities, or logits of VGG-16. */
function sketchClassifier(network: Network, [features]: readonly Boxes[], part: WeightsPart, prefix: string) {
  if (part === 'featurizer' || network.family === 'ssd' || features === undefined) return undefined;
  const { scope, classes, family } = network;
  const sketch = newSketch(scope, prefix);
  const layer = family === 'vgg' ? 'fc8' : 'logits';
  const images = node(sketch, 'Transpose', layer, [features.name], { perm: [0, 3, 1, 2] });
  const x = { name: images, channels: features.dims[2] ?? 0, side: 1, spread: 1 };
  const logits = conv(sketch, x, layer, { channels: classes, size: 1, bias: true, dense: true });
  const squeezed = node(
    sketch,
    'Squeeze',
    layer,
    [logits.name, wholeConstant(sketch, layer, [2, 3])],
    {},
    `${prefix}${scope}/${layer}/squeezed:0`,
  );
  const name =
    family === 'vgg'
      ? squeezed
      : node(
          sketch,
          'Softmax',
          'predictions',
          [squeezed],
          { axis: 1 },
          `${prefix}${scope}/predictions/Softmax:0`,
        );
  return { sketch, output: { name, dims: [classes] } };
}

function modelOf(
  { nodes, weights: specs, constants, prefix, scope }: Sketch,
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  { tensors, origin, layout }: NetworkWeights,
): OnnxModel {
  const initializers = specs.map(({ name, dims }): Tensor => {
    const bytes = tensors.get(name)?.bytes ?? new Uint8Array();
    return {
      name: `${prefix}${name}`,
      elementType: 'float',
      dims,
      data: { form: 'raw', bytes },
      metadata: [],
    };
  });
  return {
    irVersion: IR_VERSION,
    producerName: 'slipway',
    graph: {
      name: `${prefix}${scope}`,
      nodes,
      initializers: [...initializers, ...constants],
      sparseInitializers: [],
      inputs,
      outputs,
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
    opsets: [{ domain: '', version: OPSET }],
    metadata: [
      { key: WEIGHTS_METADATA, value: origin },
      { key: VARIANT_METADATA, value: layout },
    ],
    functions: [],
  };
}

function infoOf({ name, dims }: Boxes): ValueInfo {
  return valueInfo(name, dims);
}

function valueInfo(name: string, dims: readonly number[]): ValueInfo {
  const shape = { dims: [{ size: BATCH }, ...dims.map((size) => ({ size }))] };
  return { name, type: { kind: 'tensor', elementType: 'float', shape }, metadata: [] };
}
