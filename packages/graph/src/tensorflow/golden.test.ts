import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { type Checkpoint, openCheckpoint } from './bundle/checkpoint.ts';
import { EXPECTED, type ExpectedTensor, fixture } from './fixtures.test.helper.ts';
import { type DescribedTensor, inspectTensorFlow } from './inspect.ts';
import { loadTensorFlow } from './load-tensorflow.ts';

const MODELS = ['tf1-checkpoint', 'tf1-saved-model', 'tf2-saved-model', 'keras-export', 'frozen.pb'];

for (const name of MODELS)
  test(`${name} holds what TensorFlow says`, async () => {
    await using model = await loadTensorFlow(fixture(name));
    const expected = EXPECTED[name] ?? {};
    const description = inspectTensorFlow(model);
    const graph = description.graphs[0];
    assert.deepEqual(Object.fromEntries(graph?.ops.map(({ op, nodes }) => [op, nodes]) ?? []), expected.ops);
    if (expected.functions !== undefined)
      assert.deepEqual(
        [...(model.metaGraphs[0]?.graph.functions.keys() ?? [])].toSorted(),
        expected.functions,
      );
    for (const [key, sides] of Object.entries(expected.signatures ?? {})) {
      const signature = graph?.signatures.find((one) => one.name === key);
      for (const side of ['inputs', 'outputs'] as const)
        assert.deepEqual(Object.fromEntries(signature?.[side].map(specOf) ?? []), sides[side]);
    }
    await comparesWith(model.variables, expected.tensors ?? {});
  });

test('tensors of every type come back as TensorFlow wrote them', async () => {
  await using checkpoint = await openCheckpoint(fixture('data-types/all'));
  await comparesWith(checkpoint, EXPECTED['data-types']?.tensors ?? {});
});

test('a SavedModel of TensorFlow 1 gives all its graphs, its assets and its signatures', async () => {
  await using model = await loadTensorFlow(fixture('tf1-saved-model'));
  assert.deepEqual(
    model.metaGraphs.map(({ tags, signatures }) => [tags.toSorted(), [...signatures.keys()]]),
    [
      [['serve'], ['serving_default']],
      [['gpu', 'serve'], ['other']],
    ],
  );
  const [asset] = model.metaGraphs[0]?.assets ?? [];
  assert.equal(basename(asset?.path ?? ''), 'labels.txt');
  assert.equal(asset?.tensor, 'labels_file:0');
});

test('a checkpoint is found by its folder, its prefix and each of its files', async () => {
  for (const end of [
    '',
    '/checkpoint',
    ...['', '.index', '.meta', '.data-00001-of-00002'].map((e) => `/mnist-tf.model${e}`),
  ]) {
    await using model = await loadTensorFlow(fixture(`tf1-checkpoint${end}`));
    assert.equal(model.format, 'checkpoint');
    assert.equal(model.metaGraphs[0]?.restoreOp, 'save/restore_all');
    const { graphs, parameters } = inspectTensorFlow(model);
    assert.equal(parameters, 6 * 5 + 5 + 5 * 4 + 1);
    assert.deepEqual(graphs[0]?.placeholders, [
      { name: 'network/X', tensor: 'network/X:0', dtype: 'float32', shape: [null, 6] },
      { name: 'network/y', tensor: 'network/y:0', dtype: 'int64', shape: [null] },
    ]);
  }
});

async function comparesWith(
  checkpoint: Checkpoint | null,
  tensors: Readonly<Record<string, ExpectedTensor>>,
): Promise<void> {
  assert.deepEqual([...(checkpoint?.tensors.keys() ?? [])].toSorted(), Object.keys(tensors).toSorted());
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const tensor = checkpoint?.tensors.get(name);
    assert.equal(tensor?.dtype.name, dtype, name);
    assert.deepEqual(tensor?.shape, shape, name);
    const read = await checkpoint?.read(name);
    const encoded = read instanceof Uint8Array ? base64(read) : read?.map(base64);
    assert.deepEqual(encoded, data, name);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function specOf({ name, dtype, shape }: DescribedTensor): [string, unknown] {
  return [name, { dtype, shape }];
}
