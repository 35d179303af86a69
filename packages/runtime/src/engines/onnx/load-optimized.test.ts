import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '@slipway/contract';
import {
  digitMlp,
  encodeModel,
  node,
  seededRandom,
  temporaryFolder,
  tensor,
  tensorSpec,
} from '@slipway/testkit';
import type { EngineSession } from '../engine.ts';
import { onnxEngine } from './onnx-engine.ts';

const SIZE = 2_048;

/** Large enough for the cache: one layer of 17 MB. */
const largeModel = (() => {
  const random = seededRandom(1);
  const weights = Float32Array.from({ length: SIZE * SIZE }, () => random() - 0.5);
  return encodeModel({
    opset: 17,
    graph: {
      inputs: [tensorSpec('x', 'FP32', ['batch', SIZE])],
      outputs: [tensorSpec('y', 'FP32', ['batch', SIZE])],
      nodes: [node('MatMul', ['x', 'w'], ['product']), node('Relu', ['product'], ['y'])],
      initializers: [tensor('w', 'FP32', [SIZE, SIZE], weights)],
    },
  });
})();

const sample: Tensor = {
  name: 'x',
  datatype: 'FP32',
  shape: [1, SIZE],
  data: Float32Array.from({ length: SIZE }, seededRandom(2)),
};

interface Room {
  readonly cacheDir: string;
  load(): EngineSession;
  /** Folder of the only entry. */
  entry(): string;
}

async function makeRoom(folder: string, model: Uint8Array = largeModel): Promise<Room> {
  const cacheDir = join(folder, 'cache');
  const modelDir = join(folder, 'model');
  await mkdir(modelDir);
  writeFileSync(join(modelDir, 'model.onnx'), model);
  return {
    cacheDir,
    load: () =>
      onnxEngine.load(onnxEngine.inspect(modelDir), { threads: 1, digest: 'sha256:large', cacheDir }),
    entry() {
      const names = readdirSync(cacheDir);
      assert.equal(names.length, 1);
      return join(cacheDir, names[0] ?? '');
    },
  };
}

function answer(session: EngineSession): Tensor | undefined {
  const output = session.run([sample], ['y'])[0];
  session.close();
  return output;
}

test('a model from the cache gives what the model itself gives', async (t) => {
  const room = await makeRoom(await temporaryFolder(t));
  const first = room.load();
  assert.deepEqual(first.notes, []);
  const entry = room.entry();
  const made = readFileSync(join(entry, 'model.onnx'));
  assert.ok(made.length < 10_000, 'the weights are in a file of their own');
  const second = room.load();
  assert.deepEqual(second.signature, first.signature);
  assert.deepEqual(answer(second), answer(first));
  assert.equal(room.entry(), entry);
});

test('the cache holds what the original computes', async (t) => {
  const folder = await temporaryFolder(t);
  const room = await makeRoom(folder);
  // A file stands where the cache's folder should be, so that the original is loaded.
  writeFileSync(room.cacheDir, '');
  const original = room.load();
  assert.match(original.notes.join(), /could not be kept/);
  const other = await makeRoom(join(folder, 'model'));
  assert.deepEqual(answer(other.load()), answer(original));
});

const DAMAGES: readonly [string, (entry: string) => void][] = [
  ['its weights are cut short', (entry) => truncateSync(join(entry, 'weights.bin'), 100)],
  ['its graph is changed', (entry) => flipByte(join(entry, 'model.onnx'), 20)],
  ['its manifest is gone', (entry) => writeFileSync(join(entry, 'entry.json'), '')],
];
for (const [what, damage] of DAMAGES) {
  test(`an entry is made again when ${what}`, async (t) => {
    const room = await makeRoom(await temporaryFolder(t));
    const expected = answer(room.load());
    const entry = room.entry();
    const weights = readFileSync(join(entry, 'weights.bin'));
    damage(entry);
    const session = room.load();
    assert.deepEqual(session.notes, []);
    assert.deepEqual(answer(session), expected);
    assert.deepEqual(readFileSync(join(entry, 'weights.bin')), weights);
  });
}

test('a cache that cannot be written is said, and the model runs all the same', async (t) => {
  const folder = await temporaryFolder(t);
  const room = await makeRoom(folder);
  writeFileSync(room.cacheDir, '');
  chmodSync(room.cacheDir, 0o400);
  const session = room.load();
  assert.equal(session.notes.length, 1);
  assert.match(session.notes[0] ?? '', /could not be kept in .*cache/);
  session.close();
});

test('a small model leaves the cache alone', async (t) => {
  const room = await makeRoom(await temporaryFolder(t), digitMlp());
  room.load().close();
  assert.equal(existsSync(room.cacheDir), false);
});

function flipByte(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes[position] = (bytes[position] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}
