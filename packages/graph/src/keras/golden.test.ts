import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAnswers, goldenFile, type Tensors } from '../import/golden.test.helper.ts';
import { importTensorFlow } from '../import/import-tensorflow.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import { kerasFile, kerasFixtures } from './fixtures.test.helper.ts';

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
