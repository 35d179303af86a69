import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { inspectTensorFlow } from '../../tensorflow/inspect.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import { assertAnswers, goldenFile, type Tensors } from '../golden.test.helper.ts';
import { importTensorFlow } from '../import-tensorflow.ts';
import { PARTITIONS } from '../ops/partitions.ts';
import { CONDITIONS } from './conditions.ts';
import { LISTS } from './lists.ts';
import { LOOPS } from './loops.ts';

/** What scripts/make-tensorflow-control.py wrote of a small model. */
interface Case {
  readonly name: string;
  readonly format: 'saved-model' | 'frozen-graph' | 'folder';
  /** The file in base64, compressed; of a folder its name among the fixtures. */
  readonly model: string;
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

const CASES = goldenFile('tensorflow-control.json') as readonly Case[];

for (const one of CASES)
  test(`as TensorFlow computes: ${one.name}`, async (t) => {
    await using model = await loadTensorFlow(await fileOf(t, one));
    const tensors = { inputs: Object.keys(one.inputs), outputs: Object.keys(one.outputs) };
    const imported = await importTensorFlow(model, tensors);
    await assertAnswers(t, imported.model, one.inputs, one.outputs);
  });

test('every op of loops, conditions and lists was compared', async (t) => {
  const compared = new Set<string>();
  for (const one of CASES) for (const op of await opsOf(t, one)) compared.add(op);
  const converted = Object.keys({ ...CONDITIONS, ...LOOPS, ...LISTS, ...PARTITIONS });
  assert.deepEqual(
    converted.filter((op) => !compared.has(op)),
    [],
  );
});

async function opsOf(scope: TestScope, one: Case): Promise<readonly string[]> {
  await using model = await loadTensorFlow(await fileOf(scope, one));
  const [graph] = inspectTensorFlow(model).graphs;
  return (graph?.ops ?? []).map(({ op }) => op);
}

async function fileOf(scope: TestScope, { format, model }: Case): Promise<string> {
  if (format === 'folder') return fileURLToPath(new URL(`../../../fixtures/${model}`, import.meta.url));
  const path = join(
    await temporaryFolder(scope),
    format === 'saved-model' ? 'model/saved_model.pb' : 'model.pb',
  );
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, gunzipSync(Buffer.from(model, 'base64')));
  return format === 'saved-model' ? dirname(path) : path;
}
