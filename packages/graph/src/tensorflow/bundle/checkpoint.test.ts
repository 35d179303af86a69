import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { temporaryFolder } from '@slipway/testkit';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { fixture } from '../fixtures.test.helper.ts';
import { openCheckpoint } from './checkpoint.ts';
import { type Pair, writeTable } from './table-writer.test.helper.ts';

const RESOURCE = 20;

test('a resource is refused when it is read, and the rest of the checkpoint is there', async (scope) => {
  const prefix = join(await temporaryFolder(scope), 'model');
  await writeCheckpoint(prefix, ['table'], RESOURCE);
  await using checkpoint = await openCheckpoint(prefix);
  assert.deepEqual([...checkpoint.tensors.keys()], ['table']);
  await assert.rejects(checkpoint.read('table'), { code: 'unsupported', message: /"table" is a resource/ });
  await assert.rejects(checkpoint.read('tables'), {
    code: 'invalid_argument',
    message: /no tensor "tables"/,
  });
});

test('a read that was given up ends', async () => {
  await using checkpoint = await openCheckpoint(fixture('data-types/all'));
  await assert.rejects(checkpoint.read('float32', AbortSignal.abort()), { name: 'AbortError' });
});

test('tensors that share bytes are refused: a small file would be any memory', async (scope) => {
  const prefix = join(await temporaryFolder(scope), 'model');
  await writeCheckpoint(prefix, ['a', 'b', 'c'], RESOURCE);
  await assert.rejects(openCheckpoint(prefix), {
    code: 'invalid_file',
    message: /tensors take 6 bytes of 2/,
  });
});

/** A checkpoint of two bytes, which each of its tensors has. */
async function writeCheckpoint(prefix: string, names: readonly string[], dtype: number): Promise<void> {
  const header = create(BundleHeaderProtoSchema, { numShards: 1 });
  const entry = create(BundleEntryProtoSchema, { dtype, size: 2n });
  const pairs: Pair[] = [[Buffer.alloc(0), Buffer.from(toBinary(BundleHeaderProtoSchema, header))]];
  for (const name of names)
    pairs.push([Buffer.from(name), Buffer.from(toBinary(BundleEntryProtoSchema, entry))]);
  await writeFile(`${prefix}.index`, writeTable(pairs, { perBlock: 9, perRestart: 9 }));
  await writeFile(`${prefix}.data-00000-of-00001`, 'xx');
}
