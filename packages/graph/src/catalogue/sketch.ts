import { makeNode } from '../onnx/edit/nodes.ts';
import { floatTensor, intTensor } from '../onnx/make-tensor.ts';
import type { Attribute, Node, Tensor } from '../onnx/model.ts';

/**
 * - `kernel`: outputs, inputs, rows, columns; of a layer that is no convolution outputs, inputs.
 * - `gamma`, `beta`, `mean` and `variance` of batch norms, one element a channel.
 * - `scale`: what normalized channels are multiplied with.
 */
export type WeightRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance' | 'scale';

/** A weight that a network needs. */
export interface WeightSpec {
  /** `resnet_v1_50/conv1/weights`: as the original's checkpoints have it. */
  readonly name: string;
  /** Where it belongs, without the network's scope: `conv1`, `conv1/BatchNorm`. */
  readonly layer: string;
  readonly role: WeightRole;
  /** As ONNX has them. */
  readonly dims: readonly number[];
  /** Whether Keras and torchvision have a fully connected layer there, also where it is a convolution here. */
  readonly dense: boolean;
  /** The variance of what the layer takes, roughly, under random kernels that sum to nothing for each output. */
  readonly spread: number;
}

/** A tensor in the making: batch, channels, `side` rows and columns. */
export interface Feature {
  readonly name: string;
  readonly channels: number;
  readonly side: number;
  /** The variance of its elements, roughly. */
  readonly spread: number;
}

/** The nodes of a network in their order, and the weights that they need. */
export interface Sketch {
  /** Before the names of weights: of the network. */
  readonly scope: string;
  /** Before the names of all that is in the graph. */
  readonly prefix: string;
  readonly nodes: Node[];
  readonly weights: WeightSpec[];
  readonly constants: Tensor[];
}

export function newSketch(scope: string, prefix = ''): Sketch {
  return { scope, prefix, nodes: [], weights: [], constants: [] };
}

type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** Adds a node with one output, named by where it is and what it does, or `name`. Returns the output's name. */
export function node(
  to: Sketch,
  op: string,
  layer: string,
  inputs: readonly string[],
  attributes: Attributes = {},
  name = `${to.prefix}${to.scope}/${layer}/${op}:0`,
): string {
  to.nodes.push(
    makeNode({ op, name: name.replace(/:0$/, ''), inputs, outputs: [name], attributes: listed(attributes) }),
  );
  return name;
}

function listed(attributes: Attributes): readonly Attribute[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, value: { kind: 'int', value: BigInt(value) } };
    if ('float' in value) return { name, value: { kind: 'float', value: value.float } };
    return { name, value: { kind: 'ints', value: value.map(BigInt) } };
  });
}

/** Names of weights in TF-slim, by what they are. */
const ROLE_NAMES = {
  kernel: 'weights',
  bias: 'biases',
  gamma: 'gamma',
  beta: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
  scale: 'gamma',
} as const;

/** Asks for a weight; returns its name in the graph. */
export function weight(to: Sketch, spec: Omit<WeightSpec, 'name'>): string {
  const name = `${to.scope}/${spec.layer}/${ROLE_NAMES[spec.role]}`;
  to.weights.push({ ...spec, name });
  return `${to.prefix}${name}`;
}

/** Adds constants, whole numbers or not; returns the name. They stand apart from the weights by their names. */
export function wholeConstant(to: Sketch, layer: string, values: readonly number[]): string {
  return addConstant(to, intTensor(constantName(to, layer), [values.length], values.map(BigInt)));
}

export function floatConstant(
  to: Sketch,
  layer: string,
  values: readonly number[],
  dims = [values.length],
): string {
  return addConstant(to, floatTensor(constantName(to, layer), dims, values));
}

/** What the names of constants hold, and no weight's does. */
export const CONSTANT = '/Const';

function constantName({ prefix, scope, constants }: Sketch, layer: string): string {
  return `${prefix}${scope}/${layer}${CONSTANT}_${constants.length}`;
}

function addConstant(to: Sketch, tensor: Tensor): string {
  to.constants.push(tensor);
  return tensor.name ?? '';
}
