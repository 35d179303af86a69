import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wave } from '../small-model.test.helper.ts';
import { entropyCalibrator } from './entropy.ts';
import { minMaxCalibrator } from './min-max.ts';
import { percentileCalibrator } from './percentile.ts';

const CALIBRATORS = [minMaxCalibrator, percentileCalibrator, entropyCalibrator];
const batches = fc.array(
  fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, noDefaultInfinity: true }),
  { minLength: 1, maxLength: 5 },
);

for (const make of CALIBRATORS) {
  test(`${make.name} tells ranges within what was observed`, () => {
    fc.assert(
      fc.property(batches, (given) => {
        const calibrator = make();
        for (const values of given) calibrator.observe('x', values);
        const { min = Number.NaN, max = Number.NaN } = calibrator.ranges().get('x') ?? {};
        const all = given.flatMap((values) => [...values]);
        assert.ok(min >= Math.min(...all) && max <= Math.max(...all), `${min} to ${max}`);
        assert.ok(min <= max);
      }),
    );
  });

  test(`${make.name} knows zeros, no values, and values that are no numbers`, () => {
    const calibrator = make();
    calibrator.observe('x', new Float32Array(3));
    calibrator.observe('y', new Float32Array());
    assert.deepEqual([...calibrator.ranges()], [['x', { min: 0, max: 0 }]]);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => calibrator.observe('x', Float32Array.of(1, value)), {
        code: 'invalid_argument',
        message: /^x holds (NaN|Infinity)/,
      });
    }
  });
}

test('the smallest and the largest are kept over all samples', () => {
  const calibrator = minMaxCalibrator();
  calibrator.observe('x', Float32Array.of(1, 5));
  calibrator.observe('x', Float32Array.of(-3, 2));
  assert.deepEqual(calibrator.ranges().get('x'), { min: -3, max: 5 });
});

test('a percentile is the share of the values, whatever order they come in', () => {
  const values = Float32Array.from({ length: 10_000 }, (_, index) => index / 100 - 50);
  for (const order of [values, values.toReversed()]) {
    const calibrator = percentileCalibrator(98);
    for (let start = 0; start < order.length; start += 1000) {
      calibrator.observe('x', order.subarray(start, start + 1000));
    }
    const { min = 0, max = 0 } = calibrator.ranges().get('x') ?? {};
    assert.ok(Math.abs(min + 49) < 0.1 && Math.abs(max - 49) < 0.1, `${min} to ${max}`);
  }
  for (const percent of [0, -1, 101, Number.NaN]) {
    assert.throws(() => percentileCalibrator(percent), { code: 'invalid_argument' });
  }
});

test('outliers are cut off by percentile and by entropy, and kept by neither of a flat distribution', () => {
  // A sum of waves has about the shape of a bell.
  const bell = Float32Array.from({ length: 100_000 }, (_, index) =>
    wave(12, index * 0.37).reduce((a, b) => a + b),
  );
  for (const make of [percentileCalibrator, entropyCalibrator]) {
    const calibrator = make();
    calibrator.observe('x', bell);
    calibrator.observe('x', Float32Array.of(60, -60));
    const { min = 0, max = 0 } = calibrator.ranges().get('x') ?? {};
    assert.ok(min > -30 && max < 30, `${make.name}: ${min} to ${max}`);
    const flat = make();
    flat.observe(
      'x',
      Float32Array.from({ length: 100_000 }, (_, index) => index / 50_000 - 1),
    );
    const range = flat.ranges().get('x');
    assert.ok((range?.min ?? 0) < -0.98 && (range?.max ?? 0) > 0.98, make.name);
  }
});

test('zeros, which every scale holds exactly, say nothing to entropy', () => {
  const bell = Float32Array.from({ length: 50_000 }, (_, index) =>
    wave(12, index * 0.37).reduce((a, b) => a + b),
  );
  const rectified = bell.map((value) => Math.max(0, value));
  const [without, withZeros] = [bell.filter((value) => value > 0), rectified].map((values) => {
    const calibrator = entropyCalibrator();
    calibrator.observe('x', values);
    return calibrator.ranges().get('x');
  });
  assert.deepEqual(withZeros, { ...without, min: 0 });
  assert.ok((withZeros?.max ?? 0) > 0.5 * Math.max(...bell), `${withZeros?.max} of ${Math.max(...bell)}`);
});
