import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dataset } from './dataset.ts';
import { type LinearModel, predictRow, unstandardized, zeroModel } from './linear-model.ts';
import { lossAndGradient, score } from './softmax-loss.ts';
import { standardizationOf, standardized } from './standardize.ts';

const number = fc.double({ min: -3, max: 3, noNaN: true });

/** Some samples of some classes, and any model of them. */
const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 9 }),
    classes: fc.integer({ min: 2, max: 4 }),
  })
  .chain(({ rows, columns, classes }) => {
    const numbers = (count: number) => fc.array(number, { minLength: count, maxLength: count });
    return fc.record({
      values: numbers(rows * columns),
      truths: fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }),
      weights: numbers(classes * columns),
      biases: numbers(classes),
      classWeights: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), {
        minLength: classes,
        maxLength: classes,
      }),
      l2: fc.double({ min: 0, max: 2, noNaN: true }),
      columns: fc.constant(columns),
      rows: fc.constant(rows),
      classes: fc.constant(classes),
    });
  });

test('the gradient is how the loss changes', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const { data, model } = made(one);
      const terms = { l2: one.l2, classWeights: Float64Array.from(one.classWeights) };
      const all = data.classes.map((_, row) => row);
      const share = 1 / data.classes.reduce((sum, each) => sum + (terms.classWeights[each] as number), 0);
      const gradient = zeroModel(model.features, model.classes);
      const loss = (at: LinearModel) =>
        lossAndGradient(at, data, all, terms, share, zeroModel(model.features, model.classes));
      lossAndGradient(model, data, all, terms, share, gradient);
      const step = 1e-5;
      for (const part of ['weights', 'biases'] as const) {
        for (const [at, slope] of gradient[part].entries()) {
          const moved = (by: number) => ({
            ...model,
            [part]: model[part].with(at, (model[part][at] as number) + by),
          });
          const difference = (loss(moved(step)) - loss(moved(-step))) / (2 * step);
          assert.ok(
            Math.abs(slope - difference) < 1e-6 * (1 + Math.abs(slope)),
            `${part}[${at}]: ${slope}, ${difference}`,
          );
        }
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test('the score has the loss of the training, and the share that is right', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const { data, model } = made(one);
      const classWeights = Float64Array.from(one.classWeights);
      const all = data.classes.map((_, row) => row);
      const share = 1 / data.classes.reduce((sum, each) => sum + (classWeights[each] as number), 0);
      const terms = { l2: 0, classWeights };
      const loss = lossAndGradient(model, data, all, terms, share, zeroModel(model.features, model.classes));
      const scored = score(model, data, classWeights);
      assert.ok(Math.abs(scored.loss - loss) < 1e-9 * (1 + loss));
      assert.ok(scored.accuracy >= 0 && scored.accuracy <= 1);
    }),
    { seed: 6, numRuns: 200 },
  );
});

test('a model of standardized features answers the same when it takes them as they are', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const { data, model } = made(one);
      const standardization = standardizationOf(data.features);
      const plain = unstandardized(model, standardization);
      const scaled = standardized(data.features, standardization);
      const [expected, actual] = [new Float64Array(model.classes), new Float64Array(model.classes)];
      for (const row of data.classes.keys()) {
        predictRow(model, scaled, row, expected);
        predictRow(plain, data.features, row, actual);
        for (const [each, value] of expected.entries()) {
          assert.ok(Math.abs(value - (actual[each] as number)) < 1e-3, `${expected}, ${actual}`);
        }
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly values: readonly number[];
  readonly truths: readonly number[];
  readonly weights: readonly number[];
  readonly biases: readonly number[];
}

function made({ rows, columns, classes, values, truths, weights, biases }: Case): {
  data: Dataset;
  model: LinearModel;
} {
  return {
    data: {
      features: { rows, columns, values: Float32Array.from(values) },
      classes: Uint32Array.from(truths),
    },
    model: {
      features: columns,
      classes,
      weights: Float64Array.from(weights),
      biases: Float64Array.from(biases),
    },
  };
}
