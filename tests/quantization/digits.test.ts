import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DIGIT_PIXELS, type Digits, loadDigits, mostLikely } from '@slipway/example-mnist/digits';
import { type OnnxModel, readModel } from '@slipway/graph/onnx';
import { applyPlan, calibrationModel, minMaxCalibrator, planQuantization } from '@slipway/graph/quantize';
import type { TestScope } from '@slipway/testkit';
import { loadModel } from './run-model.ts';

const DIGITS = fileURLToPath(import.meta.resolve('@slipway/example-mnist/digits.onnx'));
const SAMPLES = 500;

test('the digits are known as well in integers', async (t) => {
  const model = readModel(DIGITS);
  const plan = planQuantization(model, await observed(t, model));
  const integers = applyPlan(model, plan);
  const digits = await loadDigits('test');
  const float = await answers(t, model, digits);
  const whole = await answers(t, integers, digits);
  const rights = [float, whole].map(({ classes }) => share(classes, digits.labels));
  const [right = 0, rightWhole = 0] = rights;
  const agreement = share(whole.classes, float.classes);
  t.diagnostic(`accuracy ${right} in FP32, ${rightWhole} in integers, agreement ${agreement}`);
  t.diagnostic(`${float.bytes} bytes, ${whole.bytes} in integers`);
  assert.ok(rightWhole >= right - 0.003);
  assert.ok(agreement >= 0.99);
  assert.ok(whole.bytes < 0.27 * float.bytes);
  assert.deepEqual(
    whole.operators.filter((op) => op === 'Gemm' || op === 'Relu'),
    [],
  );
  assert.equal(whole.operators.filter((op) => op === 'QGemm').length, 3);
});

async function observed(t: TestScope, model: OnnxModel) {
  const { pixels } = await loadDigits('train');
  const calibration = calibrationModel(model);
  const { run } = await loadModel(t, calibration.model);
  const calibrator = minMaxCalibrator();
  const samples = pixels.subarray(0, SAMPLES * DIGIT_PIXELS);
  const made = await run(samples, [SAMPLES, DIGIT_PIXELS]);
  for (const name of calibration.inputs) calibrator.observe(name, samples);
  for (const name of calibration.outputs) calibrator.observe(name, made[name] ?? new Float32Array());
  return calibrator.ranges();
}

async function answers(t: TestScope, model: OnnxModel, { pixels, count }: Digits) {
  const { run, bytes, operators } = await loadModel(t, model);
  const { probabilities = new Float32Array() } = await run(pixels, [count, DIGIT_PIXELS]);
  const classes = Uint8Array.from({ length: count }, (_, index) =>
    mostLikely(probabilities.subarray(index * 10, (index + 1) * 10)),
  );
  return { classes, bytes, operators };
}

/** How many of two lists are the same, from 0 to 1. */
function share(one: Uint8Array, other: Uint8Array): number {
  return one.filter((each, index) => each === other[index]).length / one.length;
}
