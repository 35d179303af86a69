import { GraphError } from '../../graph-error.ts';
import { withoutDeadCode } from '../../onnx/edit/dead-code.ts';
import { inOrder, makeNode } from '../../onnx/edit/nodes.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { Node, OnnxModel, Tensor } from '../../onnx/model.ts';
import { floatsOf } from '../elements.ts';
import { type Network, networkOf, titleOf } from '../network.ts';
import type { BiasPlan, QuantizationPlan, TensorPlan, WeightPlan } from '../plan/plan.ts';
import { quantizePerAxis, quantizeValue, quantizeValues } from '../scales/quantize-values.ts';
import { rawTensor } from '../whole-tensor.ts';
import { nodesToKeepFloat } from './keep-float.ts';
import { type GiveName, namesFor } from './names-for.ts';

/** What is put into the graph, and what nodes take and make instead. */
interface Additions {
  readonly nodes: Node[];
  readonly initializers: Tensor[];
  /** By node: the names of inputs that it takes others for. */
  readonly takes: Map<string, Map<string, string>>;
  /** What a node makes under another name, because the quantized tensor has its own. */
  readonly makes: Map<string, string>;
  readonly nameFor: GiveName;
}

/**
 * The model with `QuantizeLinear` and `DequantizeLinear` around the nodes that run in integers (QDQ): ONNX Runtime and
 * other runtimes make integer kernels of them. Names of inputs, outputs and quantized tensors stay. Throws
 * `invalid_argument` for a plan of another model.
 */
export function applyPlan(given: OnnxModel, plan: QuantizationPlan): OnnxModel {
  const network = networkOf(given);
  requireNodes(network, plan);
  const { model } = network;
  const additions: Additions = {
    nodes: [],
    initializers: [],
    takes: new Map(),
    makes: new Map(),
    nameFor: namesFor(model.graph),
  };
  for (const tensor of plan.tensors) addTensor(tensor, network, plan, additions);
  for (const weights of plan.weights) addWeights(weights, network, additions);
  for (const bias of plan.biases) addBias(bias, network, additions);
  for (const node of nodesToKeepFloat(network, plan)) addBarrier(node, additions);
  const changed = model.graph.nodes.map((node) => rewired(node, additions));
  const nodes = inOrder([...changed, ...additions.nodes]);
  const initializers = [...model.graph.initializers, ...additions.initializers];
  return withoutDeadCode({ ...model, graph: { ...model.graph, nodes, initializers } });
}

function requireNodes(network: Network, { integer, tensors }: QuantizationPlan): void {
  const titles = new Set(network.nodes.map(titleOf));
  const node = integer.find(({ node: title }) => !titles.has(title))?.node;
  const tensor = tensors.find(({ tensor: name }) => !network.floats.has(name))?.tensor;
  if (node === undefined && tensor === undefined) return;
  const what = node === undefined ? `tensor ${tensor}` : `node ${node}`;
  throw new GraphError('invalid_argument', `The model has no ${what}: the plan is of another model.`);
}

function addTensor(
  plan: TensorPlan,
  network: Network,
  { integer }: QuantizationPlan,
  additions: Additions,
): void {
  const { tensor, type, place } = plan;
  const { nameFor, initializers, nodes } = additions;
  const whole = nameFor(`${tensor}_quantized`);
  const scales = [nameFor(`${tensor}_scale`), nameFor(`${tensor}_zero_point`)] as const;
  initializers.push(floatTensor(scales[0], [], [plan.scale]));
  initializers.push(rawTensor(scales[1], type, [], Uint8Array.of(plan.zeroPoint)));
  if (place === 'maker') {
    const before = nameFor(`${tensor}_float`);
    additions.makes.set(tensor, before);
    nodes.push(quantizeNode(before, scales, whole), dequantizeNode(whole, scales, tensor));
    return;
  }
  const after = nameFor(`${tensor}_dequantized`);
  nodes.push(dequantizeNode(whole, scales, after));
  const constant = network.constants.get(tensor);
  if (constant === undefined) nodes.push(quantizeNode(tensor, scales, whole));
  else {
    const bytes = quantizeValues(floatsOf(constant), plan, type);
    initializers.push(rawTensor(whole, type, constant.dims, bytes));
  }
  const running = new Set(integer.map(({ node }) => node));
  const takers = (network.takers.get(tensor) ?? []).map(titleOf).filter((title) => running.has(title));
  for (const title of takers) takeInstead(additions, title, tensor, after);
}

function addWeights(
  { tensor, axis, scales, nodes }: WeightPlan,
  network: Network,
  additions: Additions,
): void {
  const constant = network.constants.get(tensor);
  if (constant === undefined) throw otherModel(tensor);
  const values = floatsOf(constant);
  const bytes =
    axis === undefined
      ? quantizeValues(values, { scale: scales[0] ?? 1, zeroPoint: 0 }, 'int8')
      : quantizePerAxis(values, constant.dims, axis, scales);
  const whole = { elementType: 'int8', dims: constant.dims, bytes } as const;
  const after = addConstant(tensor, whole, { axis, scales }, additions);
  for (const title of nodes) takeInstead(additions, title, tensor, after);
}

function addBias({ tensor, scales, node }: BiasPlan, network: Network, additions: Additions): void {
  const constant = network.constants.get(tensor);
  if (constant === undefined) throw otherModel(tensor);
  const whole = Int32Array.from(floatsOf(constant), (value, index) => {
    const scale = scales[scales.length === 1 ? 0 : index] ?? 1;
    return quantizeValue(value, { scale, zeroPoint: 0 }, 'int32');
  });
  const bytes = new Uint8Array(whole.buffer);
  const axis = scales.length === 1 ? undefined : 0;
  const after = addConstant(
    tensor,
    { elementType: 'int32', dims: constant.dims, bytes },
    { axis, scales },
    additions,
  );
  takeInstead(additions, node, tensor, after);
}

/** The largest of one value is that value, which ONNX Runtime does not know. */
function addBarrier(node: Node, additions: Additions): void {
  const [taken = ''] = node.inputs;
  const kept = additions.nameFor(`${taken}_kept`);
  additions.nodes.push(makeNode({ op: 'Max', name: `keep_${kept}`, inputs: [taken], outputs: [kept] }));
  takeInstead(additions, titleOf(node), taken, kept);
}

/** Adds integers that stand for a constant; returns the name of what they are dequantized to. */
function addConstant(
  tensor: string,
  whole: {
    readonly elementType: 'int8' | 'int32';
    readonly dims: readonly number[];
    readonly bytes: Uint8Array;
  },
  { axis, scales }: Pick<WeightPlan, 'axis' | 'scales'>,
  { nameFor, initializers, nodes }: Additions,
): string {
  const { elementType, dims, bytes } = whole;
  const names = [nameFor(`${tensor}_scale`), nameFor(`${tensor}_zero_point`)] as const;
  const [from, to] = [nameFor(`${tensor}_quantized`), nameFor(`${tensor}_dequantized`)];
  const shape = axis === undefined ? [] : [scales.length];
  const zeros = new Uint8Array(scales.length * (elementType === 'int32' ? 4 : 1));
  initializers.push(rawTensor(from, elementType, dims, bytes));
  initializers.push(floatTensor(names[0], shape, scales), rawTensor(names[1], elementType, shape, zeros));
  nodes.push(dequantizeNode(from, names, to, axis));
  return to;
}

function takeInstead({ takes }: Additions, node: string, from: string, to: string): void {
  const known = takes.get(node) ?? new Map<string, string>();
  takes.set(node, known.set(from, to));
}

function rewired(node: Node, { takes, makes }: Additions): Node {
  const own = takes.get(titleOf(node));
  return {
    ...node,
    inputs: node.inputs.map((name) => own?.get(name) ?? name),
    outputs: node.outputs.map((name) => makes.get(name) ?? name),
  };
}

type ScaleNames = readonly [scale: string, zeroPoint: string];

function quantizeNode(from: string, scales: ScaleNames, to: string): Node {
  return makeNode({ op: 'QuantizeLinear', name: `quantize_${to}`, inputs: [from, ...scales], outputs: [to] });
}

function dequantizeNode(from: string, scales: ScaleNames, to: string, axis?: number): Node {
  const attributes =
    axis === undefined ? [] : [{ name: 'axis', value: { kind: 'int', value: BigInt(axis) } as const }];
  const node = { op: 'DequantizeLinear', name: `dequantize_${to}`, inputs: [from, ...scales], outputs: [to] };
  return makeNode({ ...node, attributes });
}

function otherModel(tensor: string): GraphError {
  return new GraphError(
    'invalid_argument',
    `The model has no constant ${tensor}: the plan is of another model.`,
  );
}
