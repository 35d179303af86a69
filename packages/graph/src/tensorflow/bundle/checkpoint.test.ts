import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { temporaryFolder } from '@slipway/testkit';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { fixture } from '../fixtures.test.helper.ts';
import { copyOverlap } from './box.ts';
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

for (const name of ['network/h1/kernel', 'network/output/kernel'])
  test(`any part of ${name}, which was saved in slices, is that of the whole`, async () => {
    await using checkpoint = await openCheckpoint(fixture('tf1-checkpoint/mnist-tf.model'));
    const { shape } = checkpoint.tensors.get(name) ?? assert.fail();
    const whole = { starts: [0, 0], shape, bytes: (await checkpoint.read(name)) as Uint8Array };
    const rows = partsOf(shape[0] as number);
    const columns = partsOf(shape[1] as number);
    for (const [top, height] of rows)
      for (const [left, width] of columns) {
        const part = { starts: [top, left], shape: [height, width] };
        const bytes = new Uint8Array(height * width * 4);
        copyOverlap(whole, { ...part, bytes }, 4);
        assert.deepEqual(await checkpoint.locate(name, part), bytes, JSON.stringify(part));
      }
    for (const starts of [[0], [-1, 0], [0.5, 0], [Number.NaN, 0], [0, 2 ** 53]])
      await assert.rejects(checkpoint.locate(name, { starts, shape }), { code: 'invalid_graph' });
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

/** All parts of an axis: where they begin, and how long they are. */
function partsOf(size: number): readonly (readonly [number, number])[] {
  return Array.from({ length: size + 1 }, (_, start) => start).flatMap((start) =>
    Array.from({ length: size - start + 1 }, (_, length) => [start, length] as const),
  );
}

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
