export { applyPlan } from './apply/apply-plan.ts';
export { type CalibrationModel, calibrationModel, withOutputs } from './calibrate/calibration-model.ts';
export type { Calibrator } from './calibrate/calibrator.ts';
export { minMaxCalibrator } from './calibrate/min-max.ts';
export type { Exclusions, FloatNode } from './plan/choose-nodes.ts';
export {
  type BiasPlan,
  type PlanOptions,
  planQuantization,
  type QuantizationPlan,
  type TensorPlan,
  type WeightPlan,
} from './plan/plan.ts';
export type { ActivationType, Parameters, Range } from './scales/parameters.ts';
