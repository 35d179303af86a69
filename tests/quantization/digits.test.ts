import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DIGIT_PIXELS, type Digits, loadDigits, mostLikely } from '@slipway/example-mnist/digits';
import { type OnnxModel, readModel } from '@slipway/graph/onnx';
import {
  applyPlan,
  entropyCalibrator,
  minMaxCalibrator,
  percentileCalibrator,
  quantizeDynamic,
  quantizeWeights,
  topAgreement,
} from '@slipway/graph/quantize';
import { calibrated, type Samples } from './calibrate.ts';
import { loadModel } from './run-model.ts';

const DIGITS = readModel(fileURLToPath(import.meta.resolve('@slipway/example-mnist/digits.onnx')));
const CLASSES = 10;
const SAMPLES = 500;

for (const make of [minMaxCalibrator, percentileCalibrator, entropyCalibrator]) {
  test(`digits are known as well in integers, by ${make.name}`, async (t) => {
    const plan = await calibrated(t, DIGITS, await trainingDigits(), {}, make());
    const { whole, float, same, samples } = await beside(t, applyPlan(DIGITS, plan));
    assert.ok(same >= 0.99 * samples);
    assert.ok(whole.bytes < 0.27 * float.bytes);
    assert.deepEqual(whole.operators, ['QuantizeLinear', 'QGemm', 'QGemm', 'QGemm', 'Softmax']);
  });
}

test('digits are known as well without calibration, with scales of the moment', async (t) => {
  const { whole, float, same, samples } = await beside(t, quantizeDynamic(DIGITS));
  assert.ok(same >= 0.995 * samples);
  assert.ok(whole.bytes < 0.27 * float.bytes);
  // ONNX Runtime makes one kernel of each product with its scales.
  assert.equal(whole.operators.filter((op) => op === 'DynamicQuantizeMatMul').length, 3);
});

test('digits are known as well with weights of eight bits alone', async (t) => {
  const { whole, float, same, samples } = await beside(t, quantizeWeights(DIGITS));
  assert.ok(same >= 0.998 * samples);
  assert.ok(whole.bytes < 0.27 * float.bytes);
});

/** The float model's answers beside those of another. */
async function beside(t: TestContext, model: OnnxModel) {
  const whole = await accuracy(t, model);
  const float = await accuracy(t, DIGITS);
  const agreement = topAgreement(float.probabilities, whole.probabilities, CLASSES);
  t.diagnostic(`${float.right} right in FP32, ${whole.right} in integers; the same for ${agreement.same}`);
  t.diagnostic(`${float.bytes} bytes in FP32, ${whole.bytes} in integers; ${whole.operators.join(' ')}`);
  assert.ok(whole.right >= float.right - 0.003 * agreement.samples);
  return { float, whole, ...agreement };
}

async function trainingDigits(): Promise<Samples> {
  const { pixels } = await loadDigits('train');
  return { values: pixels.subarray(0, SAMPLES * DIGIT_PIXELS), dims: [SAMPLES, DIGIT_PIXELS] };
}

async function accuracy(t: TestContext, model: OnnxModel) {
  const digits = await loadDigits('test');
  const { run, bytes, operators } = await loadModel(t, model);
  const { probabilities = new Float32Array() } = await run(digits.pixels, [digits.count, DIGIT_PIXELS]);
  return { probabilities, bytes, operators, right: countRight(probabilities, digits) };
}

function countRight(probabilities: Float32Array, { labels }: Digits): number {
  return labels.reduce((right, label, index) => {
    const row = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
    return right + (mostLikely(row) === label ? 1 : 0);
  }, 0);
}
