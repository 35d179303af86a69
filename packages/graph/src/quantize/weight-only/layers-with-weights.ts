import type { OnnxModel } from '../../onnx/model.ts';
import { networkOf, titleOf } from '../network.ts';
import { chooseNodes, type Exclusions, type FloatNode } from '../plan/choose-nodes.ts';
import { OPERATORS } from '../plan/operators.ts';
import { type LayerPlan, layerOf } from '../plan/plan.ts';
import { DYNAMIC_OPS, WEIGHT_ONLY_OPS } from './form-operators.ts';
import { nodesToQuantize } from './nodes-to-quantize.ts';

/** The layers that a form without calibration makes integers of, as a plan of the static form tells them. */
export interface WeightLayers {
  readonly integer: readonly LayerPlan[];
  /** Nodes with weights that stay in FP32, each with the reason. */
  readonly float: readonly FloatNode[];
}

const OPS = { dynamic: DYNAMIC_OPS, 'weight-only': WEIGHT_ONLY_OPS } as const;

/** What `quantizeDynamic` or `quantizeWeights` does, layer by layer. Throws as they do. */
export function layersWithWeights(
  model: OnnxModel,
  form: keyof typeof OPS,
  exclude?: Exclusions,
): WeightLayers {
  const network = networkOf(model);
  const chosen = nodesToQuantize(network, OPS[form], exclude);
  const { integer, float } = chooseNodes(network, exclude);
  const weighted = integer.filter(({ role }) => role === 'weighted');
  const left = weighted.filter(({ node }) => !chosen.has(titleOf(node)));
  const isWeighted = ({ op }: FloatNode) => OPERATORS.get(op) === 'weighted';
  return {
    integer: weighted.filter(({ node }) => chosen.has(titleOf(node))).map(layerOf),
    float: [
      ...float.filter(isWeighted),
      ...left.map(({ node }) => ({
        node: titleOf(node),
        op: node.op ?? '',
        why: `the form ${form} has no integers for it`,
      })),
    ],
  };
}
