import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DenseLayer, heWeights, seededRandom } from '@slipway/testkit';
import { adam } from './adam.ts';
import { backward, forward, trainableNetwork } from './network.ts';
import { shuffle } from './shuffle.ts';

const INPUT = Float32Array.of(0.5, 0, -1, 2);
const LABEL = 1;

test('gradients agree with differences of the loss', () => {
  const network = trainableNetwork(tinyLayers());
  const loss = () => {
    forward(network, INPUT);
    return -Math.log(network.layers.at(-1)?.activations[LABEL] ?? 0);
  };
  forward(network, INPUT);
  backward(network, INPUT, LABEL);
  for (const { values, gradients } of network.parameters) {
    for (const [index, value] of values.entries()) {
      values[index] = value + 1e-2;
      const above = loss();
      values[index] = value - 1e-2;
      const difference = (above - loss()) / 2e-2;
      values[index] = value;
      assert.ok(Math.abs(difference - (gradients[index] ?? 0)) < 1e-2, `${difference}, ${gradients[index]}`);
    }
  }
});

test('Adam learns a sample by heart, and clears the gradients', () => {
  const network = trainableNetwork(tinyLayers());
  const step = adam(network.parameters);
  const losses: number[] = [];
  for (let time = 0; time < 100; time += 1) {
    forward(network, INPUT);
    losses.push(backward(network, INPUT, LABEL));
    step(0.05, 1);
  }
  assert.ok((losses.at(-1) ?? 1) < 0.01, `from ${losses[0]} to ${losses.at(-1)}`);
  assert.ok(network.parameters.every(({ gradients }) => gradients.every((gradient) => gradient === 0)));
});

test('shuffling keeps every number and changes the order', () => {
  const numbers = Uint32Array.from({ length: 100 }, (_, index) => index);
  const shuffled = numbers.slice();
  shuffle(shuffled, seededRandom(1));
  assert.notDeepEqual(shuffled, numbers);
  assert.deepEqual(shuffled.sort(), numbers);
});

function tinyLayers(): DenseLayer[] {
  const random = seededRandom(5);
  return [
    { inputs: 4, outputs: 6, weights: heWeights(24, 4, random), bias: new Float32Array(6).fill(0.1) },
    { inputs: 6, outputs: 3, weights: heWeights(18, 6, random), bias: new Float32Array(3) },
  ];
}
