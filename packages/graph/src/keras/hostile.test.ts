import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphError } from '../graph-error.ts';
import { inMemory } from './byte-source.ts';
import type { Json } from './config/json.ts';
import { readNetwork } from './config/read-network.ts';
import { kerasBytes } from './fixtures.test.helper.ts';
import { buildGraph } from './graph/build-graph.ts';
import { readKerasArchive, readKerasHdf5 } from './load-keras.ts';
import { writeArchive } from './zip/write-archive.test.helper.ts';

const H5 = kerasBytes('keras3-mlp.h5');
const ARCHIVE = kerasBytes('keras3-mlp.keras');

/** Cut at lengths that are no multiples of what the formats align. */
const STEP = 61;

test('a file of HDF5 that is cut anywhere is refused', async () => {
  for (let length = 0; length < H5.length; length += STEP)
    await assert.rejects(readKerasHdf5(inMemory('x', H5.subarray(0, length))), GraphError, String(length));
});

test('an archive that is cut anywhere is refused', async () => {
  for (let length = 0; length < ARCHIVE.length; length += STEP)
    await assert.rejects(
      readKerasArchive(inMemory('x', ARCHIVE.subarray(0, length))),
      GraphError,
      String(length),
    );
});

/** Bytes that are found once, and what stands there instead. */
const CHANGES: readonly (readonly [what: string, change: (bytes: Buffer) => void, message: RegExp])[] = [
  [
    'a tree that holds itself',
    (bytes) => changeAll(bytes, 'TREE', (at) => selfReferring(bytes, at)),
    /tree of a group is broken/,
  ],
  [
    'names that are not there',
    (bytes) => changeAll(bytes, 'HEAP', (at) => bytes.writeBigUInt64LE(2n ** 40n, at + 24)),
    /bytes are to stand|are to stand there/,
  ],
  [
    'names without an end',
    (bytes) => changeAll(bytes, 'HEAP', (at) => bytes.writeBigUInt64LE(2n ** 63n, at + 8)),
    /too long/,
  ],
  [
    'members without number',
    (bytes) => changeAll(bytes, 'SNOD', (at) => bytes.writeUInt16LE(65_535, at + 6)),
    /./,
  ],
  [
    'texts that are not there',
    (bytes) => changeAll(bytes, 'GCOL', (at) => bytes.writeUInt16LE(0, at + 16)),
    /is not where it is to be/,
  ],
  [
    'a weight larger than the file',
    (bytes) => grow(bytes),
    /which are not there|which its settings do not say/,
  ],
  ['another superblock', (bytes) => bytes.writeUInt8(3, 8), /superblock of version 3/],
];

for (const [what, change, message] of CHANGES)
  test(`${what} is refused`, async () => {
    const bytes = Buffer.from(H5);
    change(bytes);
    await assert.rejects(readKerasHdf5(inMemory('x', bytes)), { name: 'GraphError', message });
  });

test('a weight with the size of another model is refused by its layer', async () => {
  const config = Buffer.from(H5);
  const at = config.indexOf('"units": 5');
  config.write('"units": 4', at);
  await assert.rejects(readKerasHdf5(inMemory('x', config)), /kernel of the layer "hidden" is of \(6, 5\)/);
});

test('archives without a model, and with weights alone, are refused with what to do', async () => {
  const some = writeArchive([{ name: '../config.json', bytes: Buffer.from('{}') }]);
  await assert.rejects(readKerasArchive(inMemory('x', some)), {
    code: 'unsupported',
    message: /no model of Keras/,
  });
  const texts = ['{}', '{"keras_version": "3.1.0"}'].map((text) => Buffer.from(text));
  const files = ['config.json', 'metadata.json'].map((name, index) => ({
    name,
    bytes: texts[index] as Buffer,
  }));
  await assert.rejects(readKerasArchive(inMemory('x', writeArchive(files))), { message: /without shards/ });
  const old = [
    files[0],
    { name: 'metadata.json', bytes: Buffer.from('{"keras_version": "1.2"}') },
    { name: 'model.weights.h5', bytes: H5 },
  ];
  await assert.rejects(readKerasArchive(inMemory('x', writeArchive(old as typeof files))), {
    message: /Keras "1\.2"/,
  });
});

test('layers in a circle, and tensors that are not there, are refused', () => {
  const circle = [node('a', 'b'), node('b', 'a')];
  assert.throws(() => graphOf(circle, 'b'), { code: 'invalid_graph', message: /depends on itself/ });
  assert.throws(() => graphOf([node('a', 'c')], 'a'), {
    code: 'invalid_graph',
    message: /"c" is used that is not there/,
  });
  assert.throws(() => graphOf([node('a', 'x'), node('a', 'x')], 'a'), {
    code: 'invalid_graph',
    message: /one name/,
  });
});

test('models in models without end are refused', () => {
  let deep: Json = node('a', 'x');
  for (let level = 0; level < 40; level += 1)
    deep = { ...node('a', 'x'), class_name: 'Functional', config: model([deep], 'a') };
  assert.throws(() => graphOf([deep], 'a'), { code: 'invalid_graph', message: /models 32 deep/ });
});

test('models that are called twice each, in one another, are refused before they fill the memory', () => {
  let inner: { [key: string]: Json } = model([node('a', 'x'), node('b', 'a')], 'b');
  for (let level = 0; level < 28; level += 1) {
    const nested: Json = {
      class_name: 'Functional',
      name: 'm',
      config: inner,
      inbound_nodes: [called('x'), called('m')],
    };
    inner = { ...model([nested], 'm'), output_layers: [['m', 1, 0]] };
  }
  const network = readNetwork('x', { class_name: 'Functional', config: inner });
  const graph = (): unknown => buildGraph({ file: 'x', network, weights: new Map(), generation: 3 });
  assert.throws(graph, { code: 'unsupported', message: /more than 100000 nodes/ });
});

function changeAll(bytes: Buffer, mark: string, change: (at: number) => void): void {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 4)) change(at);
}

/** A node of the tree that says it is no leaf, and has itself below it. */
function selfReferring(bytes: Buffer, at: number): void {
  bytes.writeUInt8(1, at + 5);
  bytes.writeUInt16LE(1, at + 6);
  bytes.writeBigUInt64LE(BigInt(at), at + 32);
}

/** Sizes of the kernel of the first layer. */
function grow(bytes: Buffer): void {
  const sizes = Buffer.alloc(16);
  sizes.writeBigUInt64LE(6n, 0);
  sizes.writeBigUInt64LE(5n, 8);
  const at = bytes.indexOf(sizes);
  assert.ok(at > 0);
  bytes.writeBigUInt64LE(2n ** 40n, at);
}

function called(layer: string): Json {
  return { args: [{ class_name: '__keras_tensor__', config: { keras_history: [layer, 0, 0] } }], kwargs: {} };
}

function node(name: string, from: string): { [key: string]: Json } {
  return { class_name: 'ReLU', name, config: { name, trainable: true }, inbound_nodes: [called(from)] };
}

function model(layers: readonly Json[], output: string): { [key: string]: Json } {
  const input = {
    class_name: 'InputLayer',
    name: 'x',
    config: { name: 'x', batch_shape: [null, 2] },
    inbound_nodes: [],
  };
  return {
    name: 'model',
    layers: [input, ...layers],
    input_layers: [['x', 0, 0]],
    output_layers: [[output, 0, 0]],
  };
}

function graphOf(layers: readonly Json[], output: string): unknown {
  const network = readNetwork('x', { class_name: 'Functional', config: model(layers, output) });
  return buildGraph({ file: 'x', network, weights: new Map(), generation: 3 });
}
