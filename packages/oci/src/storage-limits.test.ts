import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountSmallDisk, temporaryFolder } from '@slipway/testkit';
import { openContentStore } from './open-content-store.ts';

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(65_536);
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

test('a full disk refuses and keeps nothing half written', async (t) => {
  const disk = await mountSmallDisk(t, 2);
  if (disk === undefined) return;
  const store = await openContentStore(join(disk.folder, 'store'));
  await assert.rejects(store.blobs.write(zeros(4_000_000)), {
    code: 'storage_full',
    message: /the disk is full/,
  });
  assert.deepEqual(await readdir(join(disk.folder, 'store', 'tmp')), []);

  const upload = await store.uploads.begin();
  await upload.append(0, zeros(65_536));
  await assert.rejects(upload.append(65_536, zeros(4_000_000)), { code: 'storage_full' });
  assert.equal((await store.uploads.open(upload.status.id)).status.offset, 65_536);
  await upload.append(65_536, zeros(65_536));
  await store.blobs.write(zeros(500_000));
});

test('a disk that turned read-only refuses with the reason, and still reads', async (t) => {
  const disk = await mountSmallDisk(t, 2);
  if (disk === undefined) return;
  const store = await openContentStore(join(disk.folder, 'store'));
  const { digest } = await store.blobs.write(zeros(1000));
  const upload = await store.uploads.begin();
  await disk.makeReadOnly();
  const refusal = { code: 'storage_full', message: /the disk is read-only/ };
  await assert.rejects(store.blobs.write(zeros(1000)), refusal);
  await assert.rejects(store.blobs.claim(digest), refusal);
  await assert.rejects(store.uploads.begin(), refusal);
  await assert.rejects(upload.append(0, zeros(10)), refusal);
  await assert.rejects(openContentStore(join(disk.folder, 'another')), refusal);
  await store.maintenance.verify(digest);
});

test('300 MB stream in and out with flat memory', async (t) => {
  const folder = await temporaryFolder(t);
  const sparse = join(folder, 'sparse');
  await using file = await open(sparse, 'w');
  await file.truncate(300_000_000);
  const store = await openContentStore(join(folder, 'store'));
  const before = process.memoryUsage().rss;
  const { digest, size } = await store.blobs.write(createReadStream(sparse));
  await store.maintenance.verify(digest);
  assert.equal(size, 300_000_000);
  const grownMegabytes = (process.memoryUsage().rss - before) / 1e6;
  assert.ok(grownMegabytes < 150, `memory grew by ${grownMegabytes} MB`);
});
