// Trains the digit classifier and writes it as digits.onnx: node scripts/run.mjs examples/mnist/train.ts
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { digitMlp, randomDigitLayers, seededRandom } from '@slipway/testkit';
import { type Digits, digitPixels, loadDigits, mostLikely } from './digits.ts';
import { adam, type OptimizerStep } from './training/adam.ts';
import { backward, forward, type TrainableNetwork, trainableNetwork } from './training/network.ts';
import { shuffle } from './training/shuffle.ts';

const SEED = 1998;
const EPOCHS = 12;
const BATCH = 128;

/** Falls in a straight line to zero over the whole training. */
const FIRST_LEARNING_RATE = 1e-3;

const MODEL_FILE = fileURLToPath(new URL('digits.onnx', import.meta.url));

const training = await loadDigits('train');
const testing = await loadDigits('test');
const layers = randomDigitLayers(SEED);
const network = trainableNetwork(layers);
const step = adam(network.parameters);
const random = seededRandom(SEED);

for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
  const started = performance.now();
  const loss = trainEpoch(network, step, training, epoch, random);
  const seconds = (performance.now() - started) / 1000;
  console.log(`epoch ${epoch + 1} of ${EPOCHS}: loss ${loss.toFixed(4)}, ${seconds.toFixed(1)} s`);
}
console.log(`${(accuracy(network, testing) * 100).toFixed(2)} % of ${testing.count} test digits are right`);
await writeFile(MODEL_FILE, digitMlp(layers));
console.log(`written ${MODEL_FILE}`);

function trainEpoch(
  trained: TrainableNetwork,
  optimize: OptimizerStep,
  digits: Digits,
  epoch: number,
  randomNumber: () => number,
): number {
  const order = Uint32Array.from({ length: digits.count }, (_, index) => index);
  shuffle(order, randomNumber);
  let loss = 0;
  for (let start = 0; start < order.length; start += BATCH) {
    const batch = order.subarray(start, start + BATCH);
    for (const index of batch) {
      const image = digitPixels(digits, index);
      forward(trained, image);
      loss += backward(trained, image, digits.labels[index] ?? 0);
    }
    const progress = (epoch + start / order.length) / EPOCHS;
    optimize(FIRST_LEARNING_RATE * (1 - progress), batch.length);
  }
  return loss / digits.count;
}

function accuracy(trained: TrainableNetwork, digits: Digits): number {
  let right = 0;
  for (let index = 0; index < digits.count; index += 1) {
    if (mostLikely(forward(trained, digitPixels(digits, index))) === digits.labels[index]) right += 1;
  }
  return right / digits.count;
}
