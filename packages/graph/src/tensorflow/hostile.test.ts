import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { temporaryFolder } from '@slipway/testkit';
import {
  AssetFileDefSchema,
  type FunctionDefSchema,
  GraphDefSchema,
  type NodeDefSchema,
  SavedModelSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import type { GraphErrorCode } from '../graph-error.ts';
import { fixture } from './fixtures.test.helper.ts';
import { loadTensorFlow } from './load-tensorflow.ts';

type Node = MessageInitShape<typeof NodeDefSchema>;
type Function = MessageInitShape<typeof FunctionDefSchema>;

function refused(path: string, code: GraphErrorCode, message: RegExp): Promise<void> {
  return assert.rejects(loadTensorFlow(path), { name: 'GraphError', code, message });
}

test('graphs that cannot be are refused by the names that are wrong', async (scope) => {
  const file = join(await temporaryFolder(scope), 'model.pb');
  const call = (name: string, of: string): Node => ({
    name,
    op: 'PartitionedCall',
    attr: { f: { value: { case: 'func', value: { name: of } } } },
  });
  const library = (name: string, of: string): Function => ({
    signature: { name },
    nodeDef: [call('call', of)],
  });
  const circle = { function: [library('a', 'b'), library('b', 'a')] };
  const long = Array.from(
    { length: 10_000 },
    (_, index): Node => ({
      name: `n${index}`,
      op: 'Identity',
      input: [`n${(index + 1) % 10_000}`],
    }),
  );
  const rows: readonly (readonly [MessageInitShape<typeof GraphDefSchema>, GraphErrorCode, RegExp])[] = [
    [{ node: [] }, 'invalid_graph', /no nodes/],
    [{ node: [{ name: 'x', op: '' }] }, 'invalid_graph', /no op/],
    [
      {
        node: [
          { name: 'x', op: 'A' },
          { name: 'x', op: 'B' },
        ],
      },
      'invalid_graph',
      /Two nodes have the name "x"/,
    ],
    [{ node: [{ name: 'x', op: 'A', input: ['^y'] }] }, 'invalid_graph', /"\^y" of node "x" is not there/],
    [{ node: [{ name: 'x', op: 'A', input: ['x:1'] }] }, 'invalid_graph', /as inputs: "x" → "x"/],
    [{ node: long }, 'invalid_graph', /"n7" → …/],
    [{ node: [call('x', 'a')], library: circle }, 'unsupported', /circle: "a" → "b" → "a".*no recursion/],
  ];
  for (const [definition, code, message] of rows) {
    await writeFile(file, toBinary(GraphDefSchema, create(GraphDefSchema, definition)));
    await refused(file, code, message);
  }
});

test('a loop of TensorFlow 1 is no cycle', async (scope) => {
  const file = join(await temporaryFolder(scope), 'loop.pb');
  const node: Node[] = [
    { name: 'merge', op: 'Merge', input: ['enter', 'next'] },
    { name: 'next', op: 'NextIteration', input: ['merge'] },
    { name: 'enter', op: 'Enter' },
  ];
  await writeFile(file, toBinary(GraphDefSchema, create(GraphDefSchema, { node })));
  await using model = await loadTensorFlow(file);
  assert.equal(model.metaGraphs[0]?.graph.nodes.length, 3);
});

test('an asset lies in the folder of assets and is there', async (scope) => {
  const folder = join(await temporaryFolder(scope), 'model');
  await cp(fixture('tf1-saved-model'), folder, { recursive: true });
  const file = join(folder, 'saved_model.pb');
  const saved = fromBinary(SavedModelSchema, await readFile(file));
  const names = ['../saved_model.pb', '/etc/hostname', 'a/../../x', '', '.', 'C:\\x', '..\\x', 'a//b', 'x\0'];
  for (const name of names) {
    for (const graph of saved.metaGraphs)
      graph.assetFileDef = [create(AssetFileDefSchema, { filename: name })];
    await writeFile(file, toBinary(SavedModelSchema, saved));
    await refused(folder, 'invalid_graph', /would lie outside the folder of assets/);
  }
  for (const graph of saved.metaGraphs) graph.assetFileDef = [];
  await writeFile(file, toBinary(SavedModelSchema, saved));
  await rm(join(folder, 'assets', 'labels.txt'));
  await refused(folder, 'invalid_graph', /"labels.txt" is missing/);
  await symlink('/etc/hostname', join(folder, 'assets', 'labels.txt'));
  await refused(folder, 'invalid_graph', /"labels.txt" is behind a link/);
});

test('shards that are missing, cut, changed or no files are named', async (scope) => {
  const folder = join(await temporaryFolder(scope), 'model');
  await cp(fixture('tf1-checkpoint'), folder, { recursive: true });
  const shard = join(folder, 'mnist-tf.model.data-00001-of-00002');
  const bytes = await readFile(shard);
  await rm(shard);
  await refused(folder, 'invalid_file', /data-00001-of-00002 is not there/);
  await mkdir(shard);
  await refused(folder, 'invalid_file', /data-00001-of-00002 is not a regular file/);
  await rm(shard, { recursive: true });
  await writeFile(shard, bytes.subarray(1));
  await refused(folder, 'invalid_file', /ends before its tensors do/);
  bytes[0] = (bytes[0] as number) ^ 1;
  await writeFile(shard, bytes);
  await using model = await loadTensorFlow(folder);
  const reads = [...(model.variables?.tensors.keys() ?? [])].map((name) => model.variables?.read(name));
  const failed = (await Promise.allSettled(reads)).filter(({ status }) => status === 'rejected');
  assert.equal(failed.length, 1);
  assert.match(
    String((failed[0] as PromiseRejectedResult).reason),
    /checksum of a tensor is wrong \(at byte 0\)/,
  );
});

test('the state of a checkpoint leads to no other folder', async (scope) => {
  const folder = await temporaryFolder(scope);
  await cp(fixture('tf1-checkpoint'), folder, { recursive: true });
  const elsewhere = fixture('tf1-checkpoint/mnist-tf.model');
  await writeFile(join(folder, 'checkpoint'), `model_checkpoint_path: "${elsewhere}"\n`);
  await using model = await loadTensorFlow(folder);
  assert.equal(model.file, join(folder, 'mnist-tf.model.meta'));
});

test('what is not read is refused with the way round', async (scope) => {
  const folder = await temporaryFolder(scope);
  const table = await readFile(fixture('tf1-checkpoint/mnist-tf.model.index'));
  const rows: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['model.tflite', '\x1c\0\0\0TFL3', /TFLite.*Import the SavedModel/],
    ['model-1000', table, /first version.*write_version=2/],
    ['model.json', '{"modelTopology":{}}', /TensorFlow\.js.*Import the SavedModel or the Keras file/],
    ['saved_model.cpb', 'x', /in chunks.*experimental_image_format/],
    ['graph.pbtxt', 'x', /as text.*SerializeToString/],
  ];
  for (const [name, bytes, message] of rows) {
    await writeFile(join(folder, name), typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    await refused(join(folder, name), 'unsupported', message);
  }
  await writeFile(join(folder, 'only.index'), table);
  await refused(join(folder, 'only'), 'unsupported', /no graph.*\.meta/);
  await refused(join(folder, 'nothing'), 'invalid_argument', /no such file or folder/);
  await mkdir(join(folder, 'empty'));
  await refused(join(folder, 'empty'), 'invalid_argument', /folder that saved_model.pb/);
});

test('a graph that was cut is refused', async (scope) => {
  const bytes = await readFile(fixture('frozen.pb'));
  const folder = await temporaryFolder(scope);
  let refusals = 0;
  for (let length = 0; length < bytes.length; length += 1) {
    const file = join(folder, 'cut.pb');
    await writeFile(file, bytes.subarray(0, length));
    const failed = await loadTensorFlow(file).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (failed === undefined) continue;
    assert.match(failed, /GraphError: .*cut\.pb/);
    refusals += 1;
  }
  // Cut between two nodes it is a smaller graph, which nothing tells from one that was saved.
  assert.ok(refusals > bytes.length - 6, `${refusals} of ${bytes.length}`);
});
