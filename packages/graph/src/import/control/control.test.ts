import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import type { OnnxModel } from '../../onnx/model.ts';
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
    await assertAnswers(t, await imported(t, one), one.inputs, one.outputs);
  });

/** What ONNX computes them with: its own networks only where the loop does nothing else. */
const NETWORKS: readonly (readonly [name: string, ...ops: string[]])[] = [
  ['LSTM, any length', 'LSTM'],
  ['LSTM, sequences, a fixed length', 'LSTM'],
  ['LSTM without bias', 'LSTM'],
  ['GRU, any length', 'GRU'],
  ['GRU, sequences, a fixed length', 'GRU'],
  ['Bidirectional', 'GRU', 'GRU'],
  ['stacked, backwards', 'LSTM', 'Loop'],
  ['masked', 'Loop', 'Loop'],
  ['LSTM with relu', 'Loop'],
  ['a cell of LSTM to a limit', 'LSTM'],
  ['a cell of LSTM with gates in another order', 'Loop'],
  ['a cell of LSTM from the second row on', 'Loop'],
  ['a cell of LSTM that writes something else', 'Loop'],
  ['a cell of LSTM that is asked for more', 'Loop'],
];

for (const [name, ...ops] of NETWORKS)
  test(`${name}: ${ops.join(', ')}`, async (t) => {
    const one = CASES.find((each) => each.name === name) ?? assert.fail();
    const { graph } = await imported(t, one);
    const found = graph.nodes.flatMap(({ op = '' }) => (['LSTM', 'GRU', 'Loop'].includes(op) ? [op] : []));
    assert.deepEqual(found, ops);
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

async function imported(scope: TestScope, one: Case): Promise<OnnxModel> {
  await using model = await loadTensorFlow(await fileOf(scope, one));
  const tensors = { inputs: Object.keys(one.inputs), outputs: Object.keys(one.outputs) };
  return (await importTensorFlow(model, tensors)).model;
}

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
