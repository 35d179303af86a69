import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import fc from 'fast-check';
import { buildNetwork } from '../catalogue/build-network.ts';
import { randomWeights } from '../catalogue/random-weights.ts';
import { TINY } from '../catalogue/tiny.test.helper.ts';
import { type MetadataSource, readMetadata } from './read-metadata.ts';
import { writeModel } from './write-model.ts';

/** Bytes, and how many of them were read. */
function sourceOf(bytes: Uint8Array): MetadataSource & { readonly count: () => number } {
  let count = 0;
  return {
    size: bytes.length,
    count: () => count,
    read: async (offset, length) => {
      assert.ok(offset >= 0 && length >= 0 && offset + length <= bytes.length, 'reads stay inside');
      count += length;
      return bytes.subarray(offset, offset + length);
    },
  };
}

test('the words about a model are read without its graph', async (t) => {
  const path = join(await temporaryFolder(t), 'model.onnx');
  await writeModel(buildNetwork(TINY.resnet, randomWeights(TINY.resnet, 7)).featurizer, path);
  const bytes = readFileSync(path);
  const source = sourceOf(bytes);
  const metadata = await readMetadata(source);
  assert.equal(metadata.get('slipway.weights'), 'random, seed 7');
  assert.ok(source.count() < 1_000 && bytes.length > 50_000, `${source.count()} of ${bytes.length} bytes`);
  // As a writer of other habits would have it: before the graph.
  const entry = Buffer.from('\x0a\x01k\x12\x01v', 'latin1');
  const first = Buffer.concat([Buffer.from([0x72, entry.length]), entry, bytes]);
  assert.equal((await readMetadata(sourceOf(first))).get('k'), 'v');
});

test('what is no model, or breaks off, has what stands before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      assert.ok((await readMetadata(sourceOf(bytes))) instanceof Map);
    }),
    { seed: 6, numRuns: 2_000 },
  );
  assert.equal((await readMetadata(sourceOf(Buffer.from('no model at all')))).size, 0);
});

test('a file of nothing but small fields is given up', async () => {
  const source = sourceOf(new Uint8Array(1_000_000).fill(8).map((_, index) => (index % 2 === 0 ? 8 : 1)));
  assert.equal((await readMetadata(source)).size, 0);
  assert.ok(source.count() <= 10_000 * 20);
});
