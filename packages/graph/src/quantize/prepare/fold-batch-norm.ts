import { canonicalDomain } from '../../onnx/check/operators.ts';
import { takenNames } from '../../onnx/edit/names.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { Node, OnnxModel, Tensor } from '../../onnx/model.ts';
import { type GiveName, namesFor } from '../apply/names-for.ts';
import { floatAttribute, floatsOf, intAttribute } from '../elements.ts';
import { rawTensor } from '../whole-tensor.ts';

/** Of ONNX. */
const DEFAULT_EPSILON = 1e-5;

/**
 * Puts each BatchNormalization behind a Conv into the weights and the bias of it, where all are constants and nothing else
 * takes what the Conv makes. ONNX Runtime does the same with FP32, and cannot with integers, whose scales are chosen for
 * what is behind it. Weights that are changed are loaded.
 */
export function foldBatchNormalization(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const inputs = new Set(graph.inputs.map(({ name = '' }) => name));
  const fixed = graph.initializers.filter(({ name = '' }) => !inputs.has(name));
  const constants = new Map(fixed.map((tensor) => [tensor.name ?? '', tensor]));
  const outputs = graph.outputs.map(({ name = '' }) => name);
  const takers = Map.groupBy([...graph.nodes.flatMap(takenNames), ...outputs], (name) => name);
  const behind = new Map(
    graph.nodes.filter(isPlain('BatchNormalization')).map((node) => [node.inputs[0], node]),
  );
  const nameFor = namesFor(graph);
  const added: Tensor[] = [];
  const folded = new Set<Node>();
  const nodes = graph.nodes.map((node) => {
    const [made = ''] = node.outputs;
    const normalization =
      isPlain('Conv')(node) && takers.get(made)?.length === 1 ? behind.get(made) : undefined;
    const tensors = normalization && foldedTensors(node, normalization, constants, nameFor);
    if (normalization === undefined || tensors === undefined) return node;
    folded.add(normalization);
    added.push(...tensors);
    const names = tensors.map(({ name = '' }) => name);
    return { ...node, inputs: [node.inputs[0] ?? '', ...names], outputs: normalization.outputs.slice(0, 1) };
  });
  if (folded.size === 0) return model;
  const kept = nodes.filter((node) => !folded.has(node));
  return { ...model, graph: { ...graph, nodes: kept, initializers: [...graph.initializers, ...added] } };
}

function isPlain(op: string): (node: Node) => boolean {
  return (node) => node.op === op && canonicalDomain(node.domain) === '';
}

/** Weights and bias of a Conv that does what both nodes do; `undefined` where they are not all constants of FP32. */
function foldedTensors(
  conv: Node,
  normalization: Node,
  constants: ReadonlyMap<string, Tensor>,
  nameFor: GiveName,
): readonly [weights: Tensor, bias: Tensor] | undefined {
  if (normalization.outputs.length > 1 || intAttribute(normalization, 'training_mode', 0) !== 0)
    return undefined;
  const [, weightName = '', biasName = ''] = conv.inputs;
  const names = [weightName, ...normalization.inputs.slice(1), ...(biasName === '' ? [] : [biasName])];
  const tensors = names.map((name) => constants.get(name));
  if (!tensors.every((tensor) => tensor?.elementType === 'float')) return undefined;
  const [weights, scale = [], offset = [], mean = [], variance = [], bias = []] = tensors.map((tensor) =>
    tensor === undefined ? undefined : floatsOf(tensor),
  );
  const dims = tensors[0]?.dims ?? [];
  const channels = dims[0] ?? 0;
  if (weights === undefined || scale.length !== channels) return undefined;
  const epsilon = floatAttribute(normalization, 'epsilon', DEFAULT_EPSILON);
  const factors = Array.from(scale, (each, index) => each / Math.sqrt((variance[index] ?? 0) + epsilon));
  const folded = scaledRows(weights, factors);
  const added = factors.map((factor, index) => {
    return ((bias[index] ?? 0) - (mean[index] ?? 0)) * factor + (offset[index] ?? 0);
  });
  return [
    rawTensor(nameFor(`${weightName}_folded`), 'float', dims, new Uint8Array(folded.buffer)),
    floatTensor(nameFor(`${conv.outputs[0]}_folded_bias`), [channels], added),
  ];
}

/** Each of as many parts of the same length as there are factors, times its factor. */
function scaledRows(values: Float32Array, factors: readonly number[]): Float32Array {
  const scaled = new Float32Array(values.length);
  const length = values.length / factors.length;
  for (const [row, factor] of factors.entries()) {
    for (let index = row * length; index < (row + 1) * length; index += 1) {
      scaled[index] = (values[index] ?? 0) * factor;
    }
  }
  return scaled;
}
