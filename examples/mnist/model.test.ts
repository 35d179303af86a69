import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DIGIT_PIXELS, loadDigits, mostLikely } from './digits.ts';

const LEAST_ACCURACY = 0.975;

test('digits.onnx knows the test digits', async (t) => {
  const digits = await loadDigits('test');
  const session = await InferenceSession.create(fileURLToPath(new URL('digits.onnx', import.meta.url)));
  t.after(() => session.release());
  const image = new Tensor('float32', digits.pixels, [digits.count, DIGIT_PIXELS]);
  const { probabilities } = await session.run({ image });
  assert.ok(probabilities?.data instanceof Float32Array);
  const accuracy = countRight(probabilities.data, digits.labels) / digits.count;
  t.diagnostic(`accuracy ${(accuracy * 100).toFixed(2)} % of ${digits.count} test digits`);
  assert.ok(accuracy >= LEAST_ACCURACY, `accuracy ${accuracy}`);
});

function countRight(probabilities: Float32Array, labels: Uint8Array): number {
  return labels.reduce((right, label, index) => {
    const row = probabilities.subarray(index * 10, (index + 1) * 10);
    return right + (mostLikely(row) === label ? 1 : 0);
  }, 0);
}
