import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSeeds, randomWeightsOf, weightsHeader } from './random-weights.ts';

const ROWS: readonly [
  said: readonly (string | undefined)[],
  weights: string,
  seeds: string,
  header: string,
][] = [
  [['random, seed 7'], 'random, seed 7', 'seed 7', 'random; seed=7'],
  [['keras', 'random, seed 7', undefined, 'random, seed 7'], 'random, seed 7', 'seed 7', 'random; seed=7'],
  [
    ['random, seed 7', 'random, seed 8'],
    'random, seed 7; random, seed 8',
    'seed 7; seed 8',
    'random; seed=7, random; seed=8',
  ],
  [['random'], 'random', 'seed unknown', 'random'],
  [['random, seed 7\r\nset-cookie: a'], 'random, seed 7??set-cookie: a', 'seed 7??set-cookie: a', 'random'],
];

for (const [said, weights, seeds, header] of ROWS)
  test(`weights that say ${JSON.stringify(said)} are told as ${header}`, () => {
    const random = randomWeightsOf(said);
    assert.equal(random, weights);
    assert.equal(randomWeightsOf([random]), weights, 'and said again');
    assert.equal(randomSeeds(random), seeds);
    assert.equal(weightsHeader(weights), header);
  });

test('weights that were trained are told as nothing', () => {
  assert.equal(randomWeightsOf(['keras', undefined]), undefined);
  assert.equal(randomSeeds(undefined), null);
});

test('what a file says is cut to what a property and a header hold', () => {
  assert.equal(randomWeightsOf([`random, ${'x'.repeat(5000)}`])?.length, 100);
});
