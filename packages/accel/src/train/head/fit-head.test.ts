import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { SlipwayError, seededRandom } from '@slipway/contract';
import { normalFloats } from '@slipway/testkit';
import { classWeightsOf } from './class-weights.ts';
import type { Dataset } from './dataset.ts';
import { type EpochReport, type FitSettings, fitHead } from './fit-head.ts';
import { predictRow } from './linear-model.ts';

interface Golden {
  readonly features: readonly (readonly number[])[];
  readonly classes: readonly number[];
  readonly heads: readonly {
    readonly l2: number;
    readonly classWeights: 'none' | 'balanced';
    readonly probabilities: readonly (readonly number[])[];
  }[];
}

const GOLDEN: Golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/train/head-golden.json', import.meta.url), 'utf8'),
);

const SETTINGS: FitSettings = {
  l2: 0.001,
  epochs: 40,
  learningRate: 0.05,
  batchSize: 8,
  patience: 5,
  seed: 1,
};

function dataset(rows: readonly (readonly number[])[], classes: readonly number[]): Dataset {
  const columns = rows[0]?.length ?? 0;
  return {
    features: { rows: rows.length, columns, values: Float32Array.from(rows.flat()) },
    classes: Uint32Array.from(classes),
  };
}

/** Two clouds in two dimensions, `apart` deviations from each other, and a third feature that says nothing. */
function clouds(count: number, apart: number, seed: number): Dataset {
  const noise = normalFloats(count * 2, 1, seededRandom(seed));
  const rows = Array.from({ length: count }, (_, row) => {
    const sign = row % 2 === 0 ? -1 : 1;
    return [(noise[2 * row] as number) + (sign * apart) / 2, 100 + (noise[2 * row + 1] as number), 5];
  });
  return dataset(
    rows,
    rows.map((_, row) => row % 2),
  );
}

const EVEN = Float64Array.of(1, 1);

describe('a head that is fitted', () => {
  for (const { l2, classWeights, probabilities } of GOLDEN.heads) {
    test(`is scikit-learn's with L2 ${l2} and class weights ${classWeights}`, async () => {
      const data = dataset(GOLDEN.features, GOLDEN.classes);
      const weights = classWeightsOf(classWeights, ['a', 'b', 'c'], [40, 15, 5]);
      const settings = { ...SETTINGS, l2, epochs: 2000, batchSize: 60 };
      const { model } = await fitHead(data, undefined, weights, settings);
      const row = new Float64Array(3);
      for (const [index, expected] of probabilities.entries()) {
        predictRow(model, data.features, index, row);
        for (const [each, value] of expected.entries()) {
          assert.ok(Math.abs((row[each] as number) - value) < 1e-4, `sample ${index}: ${row}, ${expected}`);
        }
      }
    });
  }

  test('tells classes apart that are far from each other, and those that are not as well as can be', async () => {
    const far = await fitHead(clouds(200, 8, 1), clouds(100, 8, 2), EVEN, SETTINGS);
    assert.equal(far.validation?.accuracy, 1);
    const held = clouds(2000, 2, 2);
    const near = await fitHead(clouds(2000, 2, 1), held, EVEN, SETTINGS);
    // The best border lies in the middle.
    const best = held.classes.filter(
      (truth, row) => (held.features.values[3 * row] as number) > 0 === (truth === 1),
    );
    assert.ok(best.length < 1800);
    assert.ok(Math.abs((near.validation?.accuracy ?? 0) - best.length / 2000) < 0.01);
    assert.ok(far.model.weights.every(Number.isFinite));
    assert.equal(far.model.weights[2], 0, 'a feature that is constant has no weight');
  });

  test('is the same for the same seed, to the last bit, and another one for another', async () => {
    const fit = (seed: number) => fitHead(clouds(100, 1, 1), undefined, EVEN, { ...SETTINGS, seed });
    const [one, same, other] = [await fit(1), await fit(1), await fit(2)];
    assert.deepEqual(one, same);
    assert.notDeepEqual(one.model.weights, other.model.weights);
  });

  test('stops when nothing gets better, and keeps the best', async () => {
    // Features that say nothing about classes: the longer it learns, the worse it does with others.
    const noise = (seed: number) => {
      const values = normalFloats(40 * 30, 1, seededRandom(seed));
      const rows = Array.from({ length: 40 }, (_, row) => [...values.slice(row * 30, row * 30 + 30)]);
      return dataset(
        rows,
        rows.map((_, row) => row % 2),
      );
    };
    const seen: EpochReport[] = [];
    const settings = { ...SETTINGS, l2: 0, epochs: 100, patience: 3 };
    const fitted = await fitHead(noise(1), noise(2), EVEN, settings, { onEpoch: (each) => seen.push(each) });
    const losses = seen.map(({ validation }) => validation?.loss ?? Number.NaN);
    assert.equal(fitted.epochs, fitted.bestEpoch + 3);
    assert.equal(seen.length, fitted.epochs);
    assert.equal(Math.min(...losses), losses[fitted.bestEpoch - 1]);
    assert.equal(fitted.validation?.loss, losses[fitted.bestEpoch - 1]);
  });

  test('counts samples as their class does', async () => {
    const few = clouds(2000, 1, 3);
    const rare = {
      features: few.features,
      classes: few.classes.map((truth, row) => (row % 40 === 1 ? 1 : truth === 1 ? 0 : truth)),
    };
    const share = async (weights: Float64Array) => {
      const { model } = await fitHead(rare, undefined, weights, SETTINGS);
      const row = new Float64Array(2);
      let told = 0;
      for (let at = 0; at < few.features.rows; at += 1) {
        predictRow(model, few.features, at, row);
        if ((row[1] as number) > 0.5) told += 1;
      }
      return told / few.features.rows;
    };
    assert.ok((await share(EVEN)) < 0.01);
    assert.ok((await share(classWeightsOf('balanced', ['a', 'b'], [1950, 50]))) > 0.3);
  });

  test('refuses features that are no numbers, and a learning rate that leads nowhere', async () => {
    const broken = dataset([[1], [Number.NaN], [2]], [0, 1, 0]);
    await assert.rejects(fitHead(broken, undefined, EVEN, SETTINGS), /finite numbers/);
    const wild = { ...SETTINGS, learningRate: 1e308 };
    await assert.rejects(fitHead(clouds(100, 1, 1), undefined, EVEN, wild), /learningRate: with 1e\+308/);
  });

  test('ends when it is told to', async () => {
    const giveUp = new AbortController();
    const reason = new SlipwayError('cancelled', 'Given up.');
    const onEpoch = () => giveUp.abort(reason);
    const settings = { ...SETTINGS, epochs: 1_000_000_000 };
    await assert.rejects(
      fitHead(clouds(200, 1, 1), undefined, EVEN, settings, { signal: giveUp.signal, onEpoch }),
      (thrown) => thrown === reason,
    );
  });
});

test('weights of classes are those that were asked for', () => {
  const names = ['a', '__proto__'];
  assert.deepEqual([...classWeightsOf('none', names, [1, 3])], [1, 1]);
  assert.deepEqual([...classWeightsOf('balanced', names, [1, 3])], [2, 2 / 3]);
  assert.deepEqual([...classWeightsOf({ a: 5 }, names, [1, 3])], [5, 1]);
  assert.throws(() => classWeightsOf({ c: 1 }, names, [1, 3]), /no class "c"; there are "a", "__proto__"/);
  assert.throws(() => classWeightsOf({ a: 0 }, names, [1, 3]), /weight of "a" is 0/);
});
