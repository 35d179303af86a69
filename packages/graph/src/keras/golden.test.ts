import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAnswers, goldenFile, type Tensors } from '../import/golden.test.helper.ts';
import { importTensorFlow } from '../import/import-tensorflow.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import { inMemory } from './byte-source.ts';
import type { Network } from './config/network.ts';
import { kerasBytes, kerasFile, kerasFixtures } from './fixtures.test.helper.ts';
import { isOperation, LAYERS } from './layers/kinds.ts';
import { OPERATIONS } from './layers/operations.ts';
import { readKerasHdf5 } from './load-keras.ts';

const ANSWERS = goldenFile('keras-answers.json') as Readonly<
  Record<string, { readonly inputs: Tensors; readonly outputs: Tensors }>
>;

for (const name of kerasFixtures()) {
  const answers = ANSWERS[name.replace(/\.[^.]*$/, '')];
  if (answers === undefined) continue;
  test(`${name} answers as in Keras, under Keras's names`, async (t) => {
    await using model = await loadTensorFlow(await kerasFile(t, name));
    const { model: converted } = await importTensorFlow(model, {});
    const tensorOf = (key: string): Readonly<Record<string, string>> =>
      JSON.parse(converted.metadata.find((entry) => entry.key === `tensorflow.${key}`)?.value ?? '');
    const renamed = (tensors: Tensors, names: Readonly<Record<string, string>>): Tensors => {
      assert.deepEqual(Object.keys(names).toSorted(), Object.keys(tensors).toSorted());
      return Object.fromEntries(
        Object.keys(tensors)
          .toSorted()
          .map((key) => [names[key] as string, tensors[key] as Tensors[string]]),
      );
    };
    const inputs = renamed(answers.inputs, tensorOf('inputs'));
    const outputs = renamed(answers.outputs, tensorOf('outputs'));
    for (const key of Object.keys(answers.inputs)) assert.equal(tensorOf('inputs')[key], `${key}:0`);
    await assertAnswers(t, converted, inputs, outputs);
  });
}

test('every layer and every function that is converted was compared with Keras', async () => {
  const [layers, functions] = [new Set<string>(), new Set<string>()];
  const visit = (network: Network): void => {
    for (const layer of network.layers) {
      if (layer.network !== undefined) visit(layer.network);
      (isOperation(layer) ? functions : layers).add(layer.className);
    }
  };
  for (const name of kerasFixtures().filter((each) => each.endsWith('.h5')))
    visit((await readKerasHdf5(inMemory('x', kerasBytes(name)))).model.network);
  assert.deepEqual(
    Object.keys(LAYERS).filter((name) => !layers.has(name)),
    [],
  );
  assert.deepEqual(
    Object.keys(OPERATIONS).filter((name) => !functions.has(name)),
    [],
  );
});
