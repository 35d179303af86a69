import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import fc from 'fast-check';
import { listInput } from './list-input.ts';
import type { MiniBatch } from './mini-batch.ts';
import { cutMiniBatches } from './mini-batches.ts';

async function all(miniBatches: AsyncIterable<MiniBatch>): Promise<readonly MiniBatch[]> {
  const found: MiniBatch[] = [];
  for await (const one of miniBatches) found.push(one);
  return found;
}

test('every row is in one mini-batch, in order, within the size, and none goes on in another file', async (t) => {
  const root = await temporaryFolder(t);
  let folders = 0;
  const files = fc.array(fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 60 }), async (tables, bytes) => {
      folders += 1;
      const folder = join(root, String(folders));
      await mkdir(folder);
      for (const [index, rows] of tables.entries()) {
        await writeFile(
          join(folder, `${index}.jsonl`),
          rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
        );
      }
      const listing = await listInput(folder, join(folder, 'out'), null);
      const cut = await all(cutMiniBatches(listing, { files: 1, bytes }));
      assert.deepEqual(
        cut.map(({ index }) => index),
        cut.map((_, index) => index),
      );
      const rows = cut.flatMap((one) =>
        one.kind === 'rows' ? one.rows.map(({ json }) => [one.file, json]) : [],
      );
      const expected = tables.flatMap((table, index) =>
        table.map((row) => [`${index}.jsonl`, JSON.stringify(row)]),
      );
      assert.deepEqual(rows, expected);
      for (const one of cut) {
        if (one.kind !== 'rows' || one.rows.length === 1) continue;
        const size = one.rows.reduce((sum, { json }) => sum + Buffer.byteLength(json) + 1, 0);
        assert.ok(size <= bytes, `${size} bytes in a mini-batch of ${bytes}`);
      }
      assert.equal(cut.at(-1)?.fraction, 1);
    }),
    { numRuns: 60 },
  );
});

test('files are found in all folders, sorted; hidden ones and the job’s own are not', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['b.png', 'a/z.png', '.hidden', 'out/old.png', 'a/.git/x']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), name);
  }
  const listing = await listInput(folder, join(folder, 'out'), null);
  assert.equal(listing.format, 'files');
  assert.deepEqual(
    listing.files.map(({ name }) => name),
    ['a/z.png', 'b.png'],
  );
  const cut = await all(cutMiniBatches(listing, { files: 1, bytes: 1 }));
  assert.deepEqual(
    cut.map(({ fraction }) => fraction),
    [0.5, 1],
  );
});
