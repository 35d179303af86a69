import assert from 'node:assert/strict';
import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder, waitFor } from '@slipway/testkit';
import { digestOf } from './digest.ts';
import { openContentStore } from './open-content-store.ts';

async function openStore(t: TestContext, options = {}) {
  const folder = await temporaryFolder(t);
  const store = await openContentStore(folder, options);
  const fileOf = (digest: string) => join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
  return { folder, store, fileOf };
}

async function* stream(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks));
}

test('a blob is found under the digest of its bytes, read-only, with nothing left beside it', async (t) => {
  const { folder, store, fileOf } = await openStore(t);
  const blob = await store.blobs.write(stream('hello ', 'world'));
  assert.deepEqual(blob, { digest: digestOf(Buffer.from('hello world')), size: 11 });
  assert.deepEqual(await store.blobs.stat(blob.digest), blob);
  assert.equal((await bytesOf(await store.blobs.read(blob.digest))).toString(), 'hello world');
  assert.equal((await stat(fileOf(blob.digest))).mode & 0o777, 0o444);
  assert.deepEqual(await readdir(join(folder, 'tmp')), []);
});

test('the same bytes are stored once', async (t) => {
  const { store, fileOf } = await openStore(t);
  const { digest } = await store.blobs.write(stream('twice'));
  const { ino } = await stat(fileOf(digest));
  await store.blobs.write(stream('twice'));
  assert.equal((await stat(fileOf(digest))).ino, ino);
});

test('a range has both of its ends; an empty blob can be read', async (t) => {
  const { store } = await openStore(t);
  const { digest } = await store.blobs.write(stream('0123456789'));
  assert.equal((await bytesOf(await store.blobs.read(digest, { start: 2, end: 4 }))).toString(), '234');
  assert.equal((await bytesOf(await store.blobs.read(digest, { start: 9, end: 9 }))).toString(), '9');
  for (const range of [
    { start: 0, end: 10 },
    { start: 3, end: 2 },
    { start: -1, end: 2 },
    { start: 0.5, end: 2 },
  ]) {
    await assert.rejects(store.blobs.read(digest, range), { code: 'invalid_argument' });
  }
  const empty = await store.blobs.write(stream());
  assert.equal((await bytesOf(await store.blobs.read(empty.digest))).length, 0);
});

test('damaged bytes are never given out whole, and the file can be stored again', async (t) => {
  const { folder, store, fileOf } = await openStore(t);
  const content = Buffer.alloc(600_000, 'x');
  const { digest } = await store.blobs.write(stream(content));
  await chmod(fileOf(digest), 0o644);
  await writeFile(fileOf(digest), Buffer.alloc(600_000, 'y'));

  let received = 0;
  await assert.rejects(
    async () => {
      for await (const chunk of await store.blobs.read(digest)) received += chunk.length;
    },
    { code: 'corrupt', message: new RegExp(digest) },
  );
  assert.ok(received < content.length);
  assert.equal(await store.blobs.stat(digest), undefined);
  assert.deepEqual(await readdir(join(folder, 'corrupt')), [digest.slice(7)]);

  await store.blobs.write(stream(content));
  await store.maintenance.verify(digest);
});

test('verify tells a truncated blob and a missing one apart', async (t) => {
  const { store, fileOf } = await openStore(t);
  const { digest } = await store.blobs.write(stream('whole'));
  await chmod(fileOf(digest), 0o644);
  await writeFile(fileOf(digest), 'who');
  await assert.rejects(store.maintenance.verify(digest), { code: 'corrupt' });
  await assert.rejects(store.maintenance.verify(digest), { code: 'not_found' });
});

test('a stream over the limit, and one that breaks, leave nothing', async (t) => {
  const { folder, store } = await openStore(t, { maxBlobBytes: 10 });
  async function* broken() {
    yield Buffer.from('abc');
    throw new Error('connection lost');
  }
  await assert.rejects(store.blobs.write(stream('123456', '78901')), { code: 'payload_too_large' });
  await assert.rejects(store.blobs.write(broken()), { message: 'connection lost' });
  assert.deepEqual(await readdir(join(folder, 'tmp')), []);
  assert.deepEqual(await readdir(join(folder, 'blobs', 'sha256')), []);
});

test('what is no digest never becomes a path', async (t) => {
  const { store } = await openStore(t);
  const hex = 'a'.repeat(64);
  for (const digest of [
    '',
    hex,
    `sha256:${hex.toUpperCase()}`,
    `sha256:../${hex}`,
    `sha512:${hex}`,
    `sha256:${hex}\n`,
  ]) {
    await assert.rejects(store.blobs.stat(digest), { code: 'invalid_argument' }, JSON.stringify(digest));
    await assert.rejects(store.blobs.read(digest), { code: 'invalid_argument' }, JSON.stringify(digest));
  }
});

test('a reader that goes away early leaves no file open', async (t) => {
  const { store } = await openStore(t);
  const { digest } = await store.blobs.write(stream(Buffer.alloc(2_000_000)));
  const openFiles = () => readdir('/proc/self/fd').then((names) => names.length);
  if (process.platform !== 'linux') return t.skip('counts open files in /proc');
  const before = await openFiles();
  for (let round = 0; round < 20; round++) {
    const whole = await store.blobs.read(digest);
    if (round % 2 === 0) await whole[Symbol.asyncIterator]().next();
    whole.destroy();
    const part = await store.blobs.read(digest, { start: 0, end: 1_000_000 });
    part.destroy();
  }
  await waitFor(async () => (await openFiles()) <= before, { what: 'the files to be closed' });
});
