import type { OnnxModel } from '@slipway/graph/onnx';
import {
  type Calibrator,
  calibrationModel,
  minMaxCalibrator,
  type PlanOptions,
  planQuantization,
  type QuantizationPlan,
} from '@slipway/graph/quantize';
import type { TestScope } from '@slipway/testkit';
import { loadModel } from './run-model.ts';

/** Samples with their shape, the first dimension being how many there are. */
export interface Samples {
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

/** Runs a model with samples in ONNX Runtime, and plans it in integers. */
export async function calibrated(
  scope: TestScope,
  model: OnnxModel,
  { values, dims }: Samples,
  options: PlanOptions = {},
  calibrator: Calibrator = minMaxCalibrator(),
): Promise<QuantizationPlan> {
  const calibration = calibrationModel(model, options);
  const { run } = await loadModel(scope, calibration.model);
  const made = await run(values, dims);
  for (const name of calibration.inputs) calibrator.observe(name, values);
  for (const name of calibration.outputs) calibrator.observe(name, made[name] ?? new Float32Array());
  return planQuantization(model, calibrator.ranges(), options);
}
