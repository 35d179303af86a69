import { withoutDeadCode } from '../../onnx/edit/dead-code.ts';
import { makeNode, replaceNodes } from '../../onnx/edit/nodes.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { Node, OnnxModel, Tensor } from '../../onnx/model.ts';
import { type GiveName, namesFor } from '../apply/names-for.ts';
import { floatsOf } from '../elements.ts';
import { networkOf, titleOf } from '../network.ts';
import type { Exclusions } from '../plan/choose-nodes.ts';
import type { Weights } from '../plan/weights-of.ts';
import { weightScale } from '../scales/parameters.ts';
import { largestPerAxis, quantizePerAxis } from '../scales/quantize-values.ts';
import { rawTensor } from '../whole-tensor.ts';
import { WEIGHT_ONLY_OPS } from './form-operators.ts';
import { nodesToQuantize } from './nodes-to-quantize.ts';

export interface WeightOnlyOptions {
  readonly exclude?: Exclusions | undefined;
}

/**
 * The model with weights of Conv, Gemm and MatMul as INT8, a scale for each channel, before `DequantizeLinear`: it is a
 * quarter as large, needs no calibration, and computes in FP32. Throws `invalid_argument` where there are no such weights,
 * and for exclusions that name nothing.
 */
export function quantizeWeights(given: OnnxModel, { exclude }: WeightOnlyOptions = {}): OnnxModel {
  const network = networkOf(given);
  const chosen = nodesToQuantize(network, WEIGHT_ONLY_OPS, exclude);
  const nameFor = namesFor(network.model.graph);
  const made = new Map<string, Dequantized>();
  const model = replaceNodes(network.model, (node) => {
    const weights = chosen.get(titleOf(node));
    const tensor = network.constants.get(weights?.tensor ?? '');
    if (weights === undefined || tensor === undefined) return undefined;
    const key = JSON.stringify([weights.tensor, weights.axis]);
    const known = made.get(key);
    const dequantized = known ?? dequantizedWeights(tensor, weights, nameFor);
    made.set(key, dequantized);
    const inputs = node.inputs.with(1, dequantized.node.outputs[0] ?? '');
    return [...(known === undefined ? [dequantized.node] : []), { ...node, inputs }];
  });
  const added = [...made.values()].flatMap(({ tensors }) => tensors);
  const graph = { ...model.graph, initializers: [...model.graph.initializers, ...added] };
  return withoutDeadCode({ ...model, graph });
}

interface Dequantized {
  readonly node: Node;
  readonly tensors: readonly Tensor[];
}

function dequantizedWeights(tensor: Tensor, { axis = 0 }: Weights, nameFor: GiveName): Dequantized {
  const values = floatsOf(tensor);
  const scales = Array.from(largestPerAxis(values, tensor.dims, axis), (largest) => weightScale(largest));
  const [whole, scale, to] = [
    nameFor(`${tensor.name}_quantized`),
    nameFor(`${tensor.name}_scale`),
    nameFor(`${tensor.name}_dequantized`),
  ];
  const bytes = quantizePerAxis(values, tensor.dims, axis, scales);
  const along = { name: 'axis', value: { kind: 'int', value: BigInt(axis) } } as const;
  const node = { op: 'DequantizeLinear', name: `dequantize_${whole}`, inputs: [whole, scale], outputs: [to] };
  return {
    node: makeNode({ ...node, attributes: [along] }),
    tensors: [rawTensor(whole, 'int8', tensor.dims, bytes), floatTensor(scale, [scales.length], scales)],
  };
}
