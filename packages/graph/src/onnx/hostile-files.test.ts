import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { convNet, externalDataModel } from '@slipway/testkit';
import { fileOf, fixturePath } from './fixtures.test.helper.ts';
import { readModel } from './read-model.ts';

/** A field of protobuf that holds bytes. */
function field(number: number, ...bytes: readonly (Uint8Array | number[])[]): Buffer {
  const held = Buffer.concat(bytes.map((each) => Buffer.from(each)));
  return Buffer.concat([varint(number * 8 + 2), varint(held.length), held]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push(left < 128 ? left : (left % 128) + 128);
    if (left < 128) return Buffer.from(bytes);
  }
}

const graph = (...parts: readonly Buffer[]): Buffer => field(7, ...parts);
const tensor = (...parts: readonly (Uint8Array | number[])[]): Buffer => graph(field(5, ...parts));
const nested = (depth: number): Buffer => {
  let inner: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) inner = field(1, field(5, field(6, inner)));
  return graph(inner);
};

for (const [name, bytes, expected] of [
  [
    'a length beyond the file',
    Buffer.concat([varint(58), varint(2 ** 40)]),
    /1099511627776 bytes are said to follow/,
  ],
  [
    'a shape of a billion billions',
    tensor([8], varint(1e9), [8], varint(1e9), [16, 1]),
    /has the impossible shape/,
  ],
  [
    'a shape of a billion without elements',
    tensor([8], varint(1e9), [16, 1]),
    /float \[1000000000\], and has no elements/,
  ],
  ['too few elements', tensor([8, 3, 16, 1], field(9, [0, 0, 0, 0])), /has 4 bytes instead of 12/],
  [
    'a billion numbers in three bytes',
    tensor([8], varint(1e9), [16, 7], field(9, [1, 2, 3])),
    /has 3 bytes instead of/,
  ],
  ['graphs in graphs without end', nested(200), /messages lie more than 100 deep/],
  ['an unknown element type', tensor([16, 99]), /unknown element type 99/],
  ['a group', Buffer.from([0x0b, 0x0c]), /has the wire type 3|wire type 3 is none/],
  ['a graph that is a number', Buffer.from([0x38, 1]), /graph has the wire type 0/],
  ['no graph', Buffer.from([8, 8]), /has no graph/],
  [
    'two forms of elements',
    tensor([8, 1, 16, 1], field(9, [0, 0, 0, 0]), field(4, [0, 0, 0, 0])),
    /more than one field/,
  ],
  ['text', Buffer.from('This is no model at all.'), /byte \d+, in ModelProto/],
] as const) {
  test(`${name} is refused`, async (t) => {
    const path = await fileOf(t, bytes);
    assert.throws(() => readModel(path), { name: 'GraphError', message: expected });
  });
}

test('a model that is cut anywhere is refused', async (t) => {
  const whole = await readFile(fixturePath('convolutional'));
  const path = await fileOf(t, whole);
  // What lies behind the graph can be left out, and the rest is a model.
  for (let length = 0; length < whole.length - 16; length += 7) {
    await writeFile(path, whole.subarray(0, length));
    assert.throws(() => readModel(path), { name: 'GraphError' });
  }
});

test('what is no file is refused', async (t) => {
  const folder = dirname(await fileOf(t, new Uint8Array(0)));
  for (const path of [folder, '/dev/zero']) {
    assert.throws(() => readModel(path), { code: 'invalid_file', message: /is not a file/ });
  }
});

test('limits of messages, fields and bytes hold', async (t) => {
  const path = await fileOf(t, convNet(1));
  for (const [limits, expected] of [
    [{ messages: 20 }, /more than 20 messages/],
    [{ fields: 20 }, /more than 20 fields/],
    [{ structureBytes: 100 }, /more than 100 bytes besides/],
  ] as const) {
    assert.throws(() => readModel(path, limits), { name: 'GraphError', message: expected });
  }
});

test('data files are only found in the folder of the model', async (t) => {
  const { model, dataFile, data } = externalDataModel();
  const path = await fileOf(t, model);
  const folder = dirname(path);
  const secret = await fileOf(t, data);
  const refused = (expected: RegExp): void =>
    assert.throws(() => readModel(path), { name: 'GraphError', message: expected });

  refused(/cannot be read/);
  await symlink(secret, join(folder, dataFile));
  refused(/leads out of the folder/);

  for (const location of ['../weightss', '/etc/hostss', 'aa\\..\\b.bin', 'weights\0bin']) {
    assert.equal(location.length, dataFile.length);
    await writeFile(
      path,
      Buffer.from(Buffer.from(model).toString('latin1').replace(dataFile, location), 'latin1'),
    );
    refused(/must be a path inside the folder/);
  }
  await writeFile(
    path,
    Buffer.from(Buffer.from(model).toString('latin1').replace(dataFile, 'folder/bin1'), 'latin1'),
  );
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'folder/bin1'), data.subarray(1));
  refused(/the file has 15/);
  await writeFile(join(folder, 'folder/bin1'), data);
  assert.equal(readModel(path).graph.initializers.length, 1);
});
