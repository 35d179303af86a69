import { type OnnxModel, setMetadata } from '@slipway/graph/onnx';
import {
  applyPlan,
  type Exclusions,
  type FloatNode,
  type LayerPlan,
  layersWithWeights,
  type PlanOptions,
  planQuantization,
  quantizeDynamic,
  quantizeWeights,
  type Range,
} from '@slipway/graph/quantize';
import { withGraphErrors } from '../graph-errors.ts';
import type { QuantizationMethod, QuantizationTarget } from './options.ts';

/** A model in eight bits, but for what is excluded. */
export interface Built {
  readonly model: OnnxModel;
  readonly integer: readonly LayerPlan[];
  readonly float: readonly FloatNode[];
}

/** Makes a model of eight bits with further nodes in FP32, by name. Throws `invalid_argument`. */
export type Build = (floatNodes: readonly string[]) => Built;

export interface FormOptions {
  readonly method: QuantizationMethod;
  readonly target: QuantizationTarget;
  readonly exclude: Exclusions | undefined;
  readonly perChannel: boolean;
  readonly reduceRange: boolean;
  /** What chose the scales: `30 samples: images of photos`. */
  readonly calibratedWith: string | undefined;
}

/** The metadata that says how a model was quantized: `int8, static, calibrated with 30 samples: images of photos`. */
const QUANTIZATION_METADATA = 'slipway.quantization';

/** TensorRT takes integers around zero, and no biases of INT32: https://github.com/microsoft/onnxruntime/issues/14229 */
const FORMATS: Readonly<Record<QuantizationTarget, PlanOptions>> = {
  cpu: { activations: 'uint8' },
  tensorrt: { activations: 'int8', symmetric: true, biases: 'float' },
};

/** How a model becomes one of eight bits; `ranges` are looked at by `static` alone. */
export function buildOf(
  model: OnnxModel,
  ranges: ReadonlyMap<string, Range>,
  { method, target, exclude, perChannel, reduceRange, calibratedWith }: FormOptions,
): Build {
  const excluding = (floatNodes: readonly string[]): Exclusions => {
    return { ...exclude, nodes: [...(exclude?.nodes ?? []), ...floatNodes] };
  };
  const said = `int8, ${method}${calibratedWith === undefined ? '' : `, calibrated with ${calibratedWith}`}`;
  return (floatNodes) =>
    withGraphErrors(() => {
      const built = build(excluding(floatNodes));
      return { ...built, model: setMetadata(built.model, { [QUANTIZATION_METADATA]: said }) };
    });

  function build(excluded: Exclusions): Built {
    switch (method) {
      case 'static': {
        const options = { ...FORMATS[target], exclude: excluded, perChannel, reduceRange };
        const plan = planQuantization(model, ranges, options);
        return { model: applyPlan(model, plan), integer: plan.integer, float: plan.float };
      }
      case 'dynamic': {
        const layers = layersWithWeights(model, method, excluded);
        return { ...layers, model: quantizeDynamic(model, { exclude: excluded, reduceRange }) };
      }
      case 'weight-only': {
        const layers = layersWithWeights(model, method, excluded);
        return { ...layers, model: quantizeWeights(model, { exclude: excluded }) };
      }
    }
  }
}

/** The type of activations that a target takes. */
export function activationsFor(target: QuantizationTarget): 'uint8' | 'int8' {
  return FORMATS[target].activations ?? 'uint8';
}
