import type { Node, Tensor } from '../../onnx/model.ts';
import { floatsOf, intAttribute } from '../elements.ts';
import { type Network, titleOf } from '../network.ts';
import type { QuantizationPlan } from '../plan/plan.ts';
import { exactWhole } from '../scales/exact-whole.ts';

/** A bias that a node in FP32 takes as integers, which stand for exactly its values. */
export interface ExactBias {
  readonly node: Node;
  /** Its own bias; absent where it has none, and zeros are added. */
  readonly tensor: string | undefined;
  readonly whole: Int32Array;
  readonly scales: readonly number[];
}

/**
 * The biases that keep nodes in FP32. ONNX Runtime (`WeightBiasQuantization`) takes a Conv or Gemm between quantized
 * tensors for one that was forgotten, and quantizes its weights with one scale for all, whatever the plan says. It leaves
 * those alone whose bias is made by a node, and folds no DequantizeLinear of constants.
 */
export function biasesToKeepFloat(
  network: Network,
  { integer, tensors, biasType }: QuantizationPlan,
): readonly ExactBias[] {
  if (biasType === 'float') return [];
  const running = new Set(integer.map(({ node }) => node));
  const behind = new Set(tensors.filter(({ place }) => place === 'maker').map(({ tensor }) => tensor));
  const found: ExactBias[] = [];
  for (const node of network.nodes) {
    if (!node.inputs.some((name) => behind.has(name))) continue;
    for (const name of node.outputs) behind.add(name);
    const bias = running.has(titleOf(node)) ? undefined : exactBias(node, network);
    if (bias !== undefined) found.push(bias);
  }
  return found;
}

function exactBias(node: Node, { constants }: Network): ExactBias | undefined {
  const [, weightName = '', tensor = ''] = node.inputs;
  const weights = constants.get(weightName);
  const channels = weights?.elementType === 'float' ? channelsOf(node, weights) : undefined;
  if (channels === undefined) return undefined;
  const bias = constants.get(tensor);
  const isBias = bias?.elementType === 'float' && bias.dims.length === 1;
  if (tensor !== '' && !isBias) return undefined;
  const values = bias === undefined ? new Float32Array(channels) : floatsOf(bias);
  const exact = Array.from(values, exactWhole);
  return {
    node,
    tensor: bias === undefined ? undefined : tensor,
    whole: Int32Array.from(exact, ({ whole }) => whole),
    scales: exact.map(({ scale }) => scale),
  };
}

/** How many channels a node makes of its weights; `undefined` for operators that ONNX Runtime leaves alone. */
function channelsOf(node: Node, { dims }: Tensor): number | undefined {
  switch (node.op) {
    case 'Conv':
      return dims[0];
    case 'ConvTranspose':
      return (dims[1] ?? 0) * intAttribute(node, 'group', 1);
    case 'Gemm':
      return dims[intAttribute(node, 'transB', 0) === 0 ? 1 : 0];
    default:
      return undefined;
  }
}
