import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { digestOf } from './digest.ts';
import { openContentStore } from './open-content-store.ts';

const GRACE_MS = 60_000;

async function openStore(t: TestContext) {
  const folder = await temporaryFolder(t);
  const store = await openContentStore(folder);
  const blobs = join(folder, 'blobs', 'sha256');
  const age = async (path: string) => {
    const longAgo = new Date(Date.now() - 2 * GRACE_MS);
    await utimes(path, longAgo, longAgo);
  };
  const ageAll = async () => {
    for (const name of await readdir(blobs)) await age(join(blobs, name));
  };
  const put = (text: string) => store.blobs.write(once(text));
  return { folder, store, put, age, ageAll };
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

test('what a kept manifest names stays, with its config; the rest goes when it is old', async (t) => {
  const { store, put, ageAll } = await openStore(t);
  const [kept, gone] = [await put('kept'), await put('gone')];
  const model = await store.manifests.packModel({ files: [{ path: 'm', ...kept }] });
  const other = await store.manifests.packModel({ files: [{ path: 'm', ...gone }] });
  await ageAll();
  const fresh = await put('fresh');
  const collected = await store.maintenance.collect({ keep: [model.digest], graceMs: GRACE_MS });
  assert.equal(collected.blobs, 3);
  for (const { digest } of [kept, model, fresh]) assert.ok(await store.blobs.stat(digest));
  for (const { digest } of [gone, other]) assert.equal(await store.blobs.stat(digest), undefined);
  assert.equal((await store.manifests.readModel(model.digest)).files.length, 1);
});

test('claiming, packing, writing and finishing each begin the grace anew', async (t) => {
  const { store, put, ageAll } = await openStore(t);
  const [claimed, packed, written, finished] = await Promise.all(['c', 'p', 'w', 'f'].map(put));
  assert.ok(claimed && packed && written && finished);
  const old = await put('old');
  await ageAll();
  await store.blobs.claim(claimed.digest);
  await store.manifests.packModel({ files: [{ path: 'p', ...packed }] });
  await put('w');
  const upload = await store.uploads.begin();
  await upload.append(0, once('f'));
  await upload.finish(finished.digest);

  assert.equal((await store.maintenance.collect({ keep: [], graceMs: GRACE_MS })).blobs, 1);
  assert.equal(await store.blobs.stat(old.digest), undefined);
  for (const { digest } of [claimed, packed, written, finished]) assert.ok(await store.blobs.stat(digest));
});

test('a claim that answers "there" is right while a collection runs', async (t) => {
  const { store, put, ageAll } = await openStore(t);
  const stored = await Promise.all(Array.from({ length: 200 }, (_, n) => put(`blob ${n}`)));
  await ageAll();
  const collection = store.maintenance.collect({ keep: [], graceMs: GRACE_MS });
  const claims = await Promise.all(stored.map(({ digest }) => store.blobs.claim(digest)));
  const { blobs } = await collection;
  const there = claims.filter((claim) => claim !== undefined);
  assert.equal(there.length + blobs, stored.length);
  for (const { digest } of there) assert.ok(await store.blobs.stat(digest), digest);
});

test('registering while collections run never ends in a model without its files', async (t) => {
  const { store, put, ageAll } = await openStore(t);
  const registered: string[] = [];
  const register = async (n: number) => {
    const blob = await put(`file ${n % 5}`);
    const files = [{ path: 'm', ...blob }];
    registered.push((await store.manifests.packModel({ files, annotations: { n: String(n) } })).digest);
  };
  for (let round = 0; round < 10; round++) {
    await ageAll();
    const collecting = store.maintenance.collect({ keep: [...registered], graceMs: GRACE_MS });
    await Promise.all([collecting, ...[1, 2, 3].map((n) => register(round * 3 + n))]);
  }
  for (const digest of registered) {
    for (const file of (await store.manifests.readModel(digest)).files)
      await store.maintenance.verify(file.digest);
  }
});

test('nothing is removed when a kept manifest cannot be read', async (t) => {
  const { store, put, ageAll } = await openStore(t);
  const { digest } = await put('unknown to anybody');
  await ageAll();
  const lost = digestOf(Buffer.from('lost'));
  await assert.rejects(store.maintenance.collect({ keep: [lost], graceMs: GRACE_MS }), { code: 'not_found' });
  assert.ok(await store.blobs.stat(digest));
});

test('what a crash left half written goes', async (t) => {
  const { folder, store, age } = await openStore(t);
  const left = join(folder, 'tmp', 'left');
  await writeFile(left, 'half');
  await store.maintenance.collect({ keep: [], graceMs: GRACE_MS });
  assert.deepEqual(await readdir(join(folder, 'tmp')), ['left']);
  await age(left);
  await store.maintenance.collect({ keep: [], graceMs: GRACE_MS });
  assert.deepEqual(await readdir(join(folder, 'tmp')), []);
});
