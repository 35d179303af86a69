export { applyPlan } from './apply/apply-plan.ts';
export { type CalibrationModel, calibrationModel, withOutputs } from './calibrate/calibration-model.ts';
export type { Calibrator } from './calibrate/calibrator.ts';
export { entropyCalibrator } from './calibrate/entropy.ts';
export { minMaxCalibrator } from './calibrate/min-max.ts';
export { DEFAULT_PERCENT, percentileCalibrator } from './calibrate/percentile.ts';
export { type Agreement, topAgreement } from './compare/agreement.ts';
export { addErrors, compareValues, decibels, type TensorError } from './compare/tensor-error.ts';
export { type LayerError, tensorsToCompare, worstLayers } from './compare/worst-layers.ts';
export { type DynamicOptions, quantizeDynamic } from './dynamic/quantize-dynamic.ts';
export type { Exclusions, FloatNode } from './plan/choose-nodes.ts';
export {
  type BiasPlan,
  type BiasType,
  type LayerPlan,
  type PlanOptions,
  planQuantization,
  type QuantizationPlan,
  type TensorPlan,
  type WeightPlan,
} from './plan/plan.ts';
export type { ActivationType, Parameters, Range } from './scales/parameters.ts';
export { layersWithWeights, type WeightLayers } from './weight-only/layers-with-weights.ts';
export { quantizeWeights, type WeightOnlyOptions } from './weight-only/quantize-weights.ts';
