import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GraphError } from '../../graph-error.ts';
import { inMemory } from '../../keras/byte-source.ts';
import { loadBytes } from '../../onnx/bytes.ts';
import { readTable } from '../../tensorflow/bundle/table.ts';
import {
  type Pair,
  packSnappy,
  varint,
  writeTable,
} from '../../tensorflow/bundle/table-writer.test.helper.ts';
import { CATALOGUE_FIXTURES } from '../parity.test.helper.ts';
import { openWeights } from './open-weights.ts';
import { readV1Checkpoint } from './read-v1-checkpoint.ts';
import type { StoredTensor } from './stored-weights.ts';

const FOLDER = join(CATALOGUE_FIXTURES, 'slim-vgg');
const OLD = join(FOLDER, 'old.ckpt');

test('a checkpoint of the first version has the variables of one of today, in its file', async () => {
  await using old = await openWeights(OLD);
  await using today = await openWeights(join(FOLDER, 'weights.ckpt'));
  assert.deepEqual(await elementsOf(old.tensors), await elementsOf(today.tensors));
  for (const { load } of old.tensors.values()) assert.ok('file' in (await load()));
});

test('one whose blocks are compressed has them in memory', async () => {
  const entries = readTable('x', readFileSync(OLD)).map(
    ({ key, value }): Pair => [Buffer.from(key, 'latin1'), Buffer.from(value)],
  );
  const packed = writeTable(entries, { perBlock: 3, perRestart: 2, pack: packSnappy });
  await using old = await openWeights(OLD);
  const found = await readV1Checkpoint(inMemory('x', packed));
  assert.deepEqual(await elementsOf(found), await elementsOf(old.tensors));
});

test('variables of other types are listed, and those in parts, and neither is loaded', async () => {
  const found = await readV1Checkpoint(
    inMemory(
      'x.ckpt',
      table([
        variable('global_step', 9, [], [[]]),
        variable('parts', 1, [4, 2], [[field(1, field(2, 2)), field(1, [])]]),
        variable('halves', 1, [4], [[field(1, [])], [field(1, [])]]),
      ]),
    ),
  );
  const said = [...found].map(([name, { dtype, shape }]) => [name, dtype, shape]);
  assert.deepEqual(said, [
    ['global_step', 'int64', []],
    ['parts', 'float32', [4, 2]],
    ['halves', 'float32', [4]],
  ]);
  await assert.rejects(async () => found.get('global_step')?.load(), {
    code: 'unsupported',
    message: /^x\.ckpt: "global_step" is int64\. Restore it in TensorFlow/,
  });
  await assert.rejects(async () => found.get('parts')?.load(), { message: /"parts" is float32, in parts\./ });
});

test('one that was cut, or has another byte, or too few numbers, is refused by name and byte', async () => {
  const file = readFileSync(OLD);
  const refusal = (error: unknown) =>
    error instanceof GraphError && error.code === 'invalid_file' && /^x: .*byte \d+/.test(error.message);
  const footer = file.length - 48;
  for (let at = 0; at < footer; at += 997) {
    const changed = Buffer.from(file);
    changed[at] = (file[at] as number) ^ 1;
    await assert.rejects(readV1Checkpoint(inMemory('x', changed)), refusal);
    await assert.rejects(readV1Checkpoint(inMemory('x', file.subarray(0, at))), refusal);
  }
  await assert.rejects(readV1Checkpoint(inMemory('x', table([variable('w', 1, [4], [[field(1, [])]])]))), {
    code: 'invalid_file',
    message: /^x: "w" has 0 bytes instead of 16/,
  });
});

async function elementsOf(tensors: ReadonlyMap<string, StoredTensor>) {
  const found: [string, string, string][] = [];
  for (const [name, { shape, load }] of tensors)
    found.push([name, String(shape), Buffer.from(loadBytes(await load())).toString('base64')]);
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A checkpoint that lists variables and has no elements. */
function table(variables: readonly Buffer[]): Buffer {
  const meta = field(1, Buffer.concat(variables.map((one) => field(1, one))));
  return writeTable([[Buffer.alloc(0), meta]], { perBlock: 1, perRestart: 1 });
}

/** A SavedSliceMeta; of each slice the extents, as fields. */
function variable(
  name: string,
  type: number,
  shape: readonly number[],
  slices: readonly (readonly Buffer[])[],
): Buffer {
  const dims = Buffer.concat(shape.map((size) => field(2, field(1, size))));
  const parts = slices.map((extents) => field(4, Buffer.concat(extents)));
  return Buffer.concat([field(1, Buffer.from(name)), field(2, dims), field(3, type), ...parts]);
}

/** A number, or bytes, as protobuf writes them. */
function field(number: number, value: number | readonly number[] | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}
