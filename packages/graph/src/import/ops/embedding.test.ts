import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import { assertAnswers, goldenFile, type Tensors } from '../golden.test.helper.ts';
import { importTensorFlow } from '../import-tensorflow.ts';

const ANSWERS = goldenFile('tensorflow-embedding/answers.json') as {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
};

test('rows of variables are gathered as in TensorFlow', async (t) => {
  await using loaded = await loadTensorFlow(fixture('../tensorflow-embedding/model'));
  const { model, report } = await importTensorFlow(loaded, {});
  const ops = report.ops.map(({ op }) => op);
  assert.ok(ops.includes('ResourceGather') && ops.includes('ResourceGatherNd'), ops.join());
  const named = (kind: string, tensors: Tensors): Tensors => {
    const names = model.metadata.find(({ key }) => key === `tensorflow.${kind}`)?.value ?? assert.fail();
    return Object.fromEntries(
      Object.entries(JSON.parse(names) as Record<string, string>).map(([key, name]) => [
        name,
        tensors[key] ?? assert.fail(key),
      ]),
    );
  };
  await assertAnswers(t, model, named('inputs', ANSWERS.inputs), named('outputs', ANSWERS.outputs));
});
