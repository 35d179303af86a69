import type { Node } from '../../onnx/model.ts';
import { type Network, titleOf } from '../network.ts';
import { OPERATORS } from '../plan/operators.ts';
import type { QuantizationPlan } from '../plan/plan.ts';

/** Operators that ONNX Runtime quantizes by itself. */
const SEIZED: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/** Behind these, and behind those that only move values, ONNX Runtime still sees a tensor that was quantized. */
const HANDING_ON: ReadonlySet<string> = new Set([
  'Expand',
  'Gather',
  'Identity',
  'Pad',
  'Resize',
  'Slice',
  'Split',
]);

/**
 * The nodes in FP32 that must not take a tensor right from its `DequantizeLinear`. ONNX Runtime
 * (`WeightBiasQuantization`) takes a Conv or Gemm between quantized tensors for one that was forgotten, and quantizes its
 * weights with one scale for all, whatever the plan says. It leaves those alone that take something else.
 */
export function nodesToKeepFloat(
  network: Network,
  { integer, tensors, biasType }: QuantizationPlan,
): readonly Node[] {
  if (biasType === 'float') return [];
  const running = new Set(integer.map(({ node }) => node));
  const behind = new Set(tensors.filter(({ place }) => place === 'maker').map(({ tensor }) => tensor));
  return network.nodes.filter((node) => {
    const [taken = ''] = node.inputs;
    if (!behind.has(taken) || running.has(titleOf(node))) return false;
    if (handsOn(node)) for (const name of node.outputs) behind.add(name);
    return SEIZED.has(node.op ?? '');
  });
}

function handsOn({ op = '' }: Node): boolean {
  const role = OPERATORS.get(op);
  return role === 'moving' || role === 'limiting' || HANDING_ON.has(op);
}
