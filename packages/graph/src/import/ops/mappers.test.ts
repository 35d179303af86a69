import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { fileOf } from '../../onnx/fixtures.test.helper.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import type { ExpectedTensor } from '../../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import { CONDITIONS } from '../control/conditions.ts';
import { LISTS } from '../control/lists.ts';
import { LOOPS } from '../control/loops.ts';
import { assertAnswers, goldenFile, type Tensors } from '../golden.test.helper.ts';
import { importTensorFlow } from '../import-tensorflow.ts';
import { MAPPERS } from './mappers.ts';
import { PARTITIONS } from './partitions.ts';

/** What scripts/make-tensorflow-ops.py wrote of a small graph. */
interface Case {
  readonly name: string;
  /** A GraphDef in base64. */
  readonly graph: string;
  readonly inputs: Tensors;
  readonly output: ExpectedTensor;
}

/** A graph that has to be refused, and a part of what is said. */
interface Refusal {
  readonly name: string;
  readonly graph: string;
  readonly fed: readonly string[];
  readonly refusal: string;
}

const FAMILIES = readdirSync(new URL('../../../fixtures/tensorflow-ops/', import.meta.url));
const FILES = ['tensorflow-ops.json', ...FAMILIES.map((name) => `tensorflow-ops/${name}`)];
const ALL = FILES.flatMap((name) => goldenFile(name) as readonly (Case | Refusal)[]);
const CASES = ALL.filter((each) => 'output' in each);
const REFUSALS = ALL.filter((each) => 'refusal' in each);

for (const { name, graph, inputs, output } of CASES)
  test(`as TensorFlow computes: ${name}`, async (t) => {
    await assertAnswers(t, await imported(t, graph, Object.keys(inputs)), inputs, { 'y:0': output });
  });

for (const { name, graph, fed, refusal } of REFUSALS)
  test(`refused: ${name}`, async (t) => {
    await assert.rejects(imported(t, graph, fed), (error: Error) => error.message.includes(refusal));
  });

test('every op that is converted was compared with TensorFlow', async (t) => {
  const compared = new Set<string>();
  for (const { graph } of CASES) for (const op of await opsOf(t, graph)) compared.add(op);
  for (const op of Object.keys({ ...CONDITIONS, ...LOOPS, ...LISTS, ...PARTITIONS })) compared.add(op);
  // Variables are read in the models of import-tensorflow.test.ts and embedding.test.ts, and control.test.ts has loops.
  assert.deepEqual(
    [...MAPPERS.keys()].filter((op) => !compared.has(op)),
    ['ReadVariableOp', 'ResourceGather', 'ResourceGatherNd'],
  );
});

test('the reference lists the ops that are converted, in their order', () => {
  const page = new URL('../../../../../docs/reference/tensorflow-ops.md', import.meta.url);
  const rows = readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` +\|/gm);
  const listed = [...rows].map(([, op]) => op);
  assert.deepEqual(listed, [...MAPPERS.keys()].toSorted());
});

async function imported(scope: TestScope, graph: string, inputs: readonly string[]): Promise<OnnxModel> {
  await using model = await loadTensorFlow(await frozen(scope, graph));
  return (await importTensorFlow(model, { inputs, outputs: ['y:0'] })).model;
}

async function opsOf(scope: TestScope, graph: string): Promise<readonly string[]> {
  await using model = await loadTensorFlow(await frozen(scope, graph));
  return model.metaGraphs.flatMap(({ graph: { nodes } }) => nodes.map(({ op }) => op));
}

function frozen(scope: TestScope, graph: string): Promise<string> {
  return fileOf(scope, Buffer.from(graph, 'base64'));
}
