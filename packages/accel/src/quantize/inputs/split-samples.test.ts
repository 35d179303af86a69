import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, integer, property } from 'fast-check';
import { allOf, type Samples, spreadOver } from '../samples.ts';
import { splitSamples } from './split-samples.ts';

const numbered = (count: number): Samples => ({
  description: 'numbers',
  count,
  async *read(indices) {
    for (const index of indices) yield { name: String(index), feeds: {} };
  },
});

async function namesOf(samples: Samples | undefined): Promise<readonly string[]> {
  return samples === undefined
    ? []
    : (await Array.fromAsync(samples.read(allOf(samples)))).map(({ name }) => name);
}

for (const count of [2, 3, 4, 9, 40]) {
  test(`of ${count} samples, none chooses scales and is compared`, async () => {
    const { calibration, evaluation, apart } = splitSamples({ calibration: numbered(count) });
    const [one, other] = [await namesOf(calibration), await namesOf(evaluation)];
    assert.ok(one.length > 0 && other.length >= Math.floor(count / 4) && other.length > 0);
    assert.equal(new Set([...one, ...other]).size, count);
    assert.equal(one.length + other.length, count);
    assert.match(apart ?? '', /kept from calibration/);
  });
}

test('samples of both kinds stay what they were given as', async () => {
  const { calibration, evaluation } = splitSamples({ calibration: numbered(3), evaluation: numbered(2) });
  assert.deepEqual(
    [await namesOf(calibration), await namesOf(evaluation)],
    [
      ['0', '1', '2'],
      ['0', '1'],
    ],
  );
});

const WRONG = [
  [{}, /^calibration: the method static chooses scales by samples/],
  [{ calibration: numbered(0) }, /^calibration: .*there are none/],
  [{ method: 'dynamic', calibration: numbered(3) }, /^calibration: .*Give them as evaluation/],
  [{ calibration: numbered(3), evaluation: numbered(0) }, /^evaluation: there are no samples/],
  [{ calibration: numbered(1), agreement: 0.9 }, /^agreement: .*more samples than one/],
  [{ method: 'weight-only', agreement: 0.9 }, /^agreement: .*evaluation samples/],
] as const;

for (const [options, message] of WRONG) {
  test(`is refused: ${message.source}`, () => {
    assert.throws(() => splitSamples(options), { code: 'invalid_argument', message });
  });
}

test('samples are spread over all that there are', () => {
  check(
    property(integer({ min: 0, max: 500 }), integer({ min: 1, max: 500 }), (count, wanted) => {
      const found = spreadOver(count, wanted);
      assert.equal(found.length, Math.min(count, wanted));
      assert.deepEqual(
        [...new Set(found)].toSorted((a, b) => a - b),
        found,
      );
      assert.ok(found.every((index) => index >= 0 && index < count));
      const gaps = found.map((index, at) => index - (found[at - 1] ?? index));
      assert.ok(Math.max(0, ...gaps) <= Math.ceil(count / wanted));
    }),
  );
});
