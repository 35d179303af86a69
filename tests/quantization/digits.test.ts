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
    const whole = await accuracy(t, applyPlan(DIGITS, plan));
    const float = await accuracy(t, DIGITS);
    const { same, samples } = topAgreement(float.probabilities, whole.probabilities, CLASSES);
    t.diagnostic(`${float.right} right in FP32, ${whole.right} in integers; the same class for ${same}`);
    t.diagnostic(`${float.bytes} bytes in FP32, ${whole.bytes} in integers`);
    assert.ok(whole.right >= float.right - 0.003 * samples);
    assert.ok(same >= 0.99 * samples);
    assert.ok(whole.bytes < 0.27 * float.bytes);
    assert.deepEqual(whole.operators, ['QuantizeLinear', 'QGemm', 'QGemm', 'QGemm', 'Softmax']);
  });
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
