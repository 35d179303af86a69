import assert from 'node:assert/strict';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startProcess, temporaryFolder, waitFor } from '@slipway/testkit';
import { digestOf } from './digest.ts';
import { openContentStore } from './open-content-store.ts';

async function* stream(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

test('an upload goes on where it was, also in a store that was opened again', async (t) => {
  const folder = await temporaryFolder(t);
  const { status, append } = await (await openContentStore(folder)).uploads.begin();
  assert.equal((await append(0, stream('one ', 'two '))).offset, 8);

  const reopened = await openContentStore(folder);
  const upload = await reopened.uploads.open(status.id);
  assert.equal(upload.status.offset, 8);
  assert.equal((await upload.append(8, stream('three'))).offset, 13);
  const blob = await upload.finish(digestOf(Buffer.from('one two three')));
  assert.equal(blob.size, 13);
  await reopened.maintenance.verify(blob.digest);
  assert.deepEqual(await readdir(join(folder, 'uploads')), []);
  await assert.rejects(reopened.uploads.open(status.id), { code: 'not_found' });
});

test('another offset is refused, with the right one', async (t) => {
  const store = await openContentStore(await temporaryFolder(t));
  const upload = await store.uploads.begin();
  await upload.append(0, stream('1234'));
  for (const offset of [0, 3, 5]) {
    await assert.rejects(upload.append(offset, stream('x')), { code: 'conflict', details: { offset: 4 } });
  }
});

test('one request at a time works on an upload', async (t) => {
  const store = await openContentStore(await temporaryFolder(t));
  const upload = await store.uploads.begin();
  const gate = Promise.withResolvers<void>();
  async function* slow() {
    yield Buffer.from('a');
    await gate.promise;
    yield Buffer.from('b');
  }
  const first = upload.append(0, slow());
  await assert.rejects(upload.append(0, stream('x')), { code: 'conflict' });
  await assert.rejects(upload.finish(digestOf(Buffer.from('a'))), { code: 'conflict' });
  await assert.rejects(upload.abort(), { code: 'conflict' });
  gate.resolve();
  assert.equal((await first).offset, 2);
});

test('what had arrived before the connection broke is kept', async (t) => {
  const store = await openContentStore(await temporaryFolder(t));
  const upload = await store.uploads.begin();
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('connection lost');
  }
  await assert.rejects(upload.append(0, broken()), { message: 'connection lost' });
  const { status } = await store.uploads.open(upload.status.id);
  assert.equal(status.offset, 4);
  await upload.append(4, stream(' and half'));
  await upload.finish(digestOf(Buffer.from('half and half')));
});

test('too many bytes leave the upload as it was', async (t) => {
  const store = await openContentStore(await temporaryFolder(t), { maxBlobBytes: 6 });
  const upload = await store.uploads.begin();
  await upload.append(0, stream('1234'));
  await assert.rejects(upload.append(4, stream('5', '67')), { code: 'payload_too_large' });
  assert.equal((await store.uploads.open(upload.status.id)).status.offset, 4);
  await upload.append(4, stream('56'));
  await upload.finish(digestOf(Buffer.from('123456')));
});

test('a wrong digest ends the upload; a malformed one does not', async (t) => {
  const store = await openContentStore(await temporaryFolder(t));
  const upload = await store.uploads.begin();
  await upload.append(0, stream('bytes'));
  await assert.rejects(upload.finish('sha256:beef'), { code: 'invalid_argument' });
  const wrong = digestOf(Buffer.from('other'));
  await assert.rejects(upload.finish(wrong), {
    code: 'invalid_argument',
    message: /have the digest sha256:/,
  });
  await assert.rejects(store.uploads.open(upload.status.id), { code: 'not_found' });
  assert.equal(await store.blobs.stat(wrong), undefined);
});

test('an upload ends by itself when it has rested too long', async (t) => {
  const folder = await temporaryFolder(t);
  const store = await openContentStore(folder, { uploadExpiryMs: 60_000 });
  const { id } = (await store.uploads.begin()).status;
  const kept = await store.uploads.begin();
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(join(folder, 'uploads', id), longAgo, longAgo);
  await assert.rejects(store.uploads.open(id), { code: 'not_found' });
  assert.equal((await store.maintenance.collect({ keep: [], graceMs: 0 })).uploads, 1);
  assert.deepEqual(await readdir(join(folder, 'uploads')), [kept.status.id]);
});

test('an id never becomes a path', async (t) => {
  const store = await openContentStore(await temporaryFolder(t));
  for (const id of ['', '.', '../index.json', '/etc/passwd', 'a'.repeat(5000)]) {
    await assert.rejects(store.uploads.open(id), { code: 'not_found' });
  }
});

const APPEND_UNTIL_KILLED = `
const { openContentStore } = await import(process.argv[1]);
const store = await openContentStore(process.argv[2]);
const { status, append } = await store.uploads.begin();
const piece = (n) => Buffer.alloc(1000, String(n % 10));
console.log(status.id);
for (let n = 0; ; n++) {
  await append(n * 1000, [piece(n)]);
  console.log((n + 1) * 1000);
}`;

test('kill -9 in the middle of an append keeps every byte that was answered for', async (t) => {
  const folder = await temporaryFolder(t);
  const module = new URL('./index.js', import.meta.url).href;
  const child = await startProcess(t, process.execPath, [
    ...['--input-type=module', '-e', APPEND_UNTIL_KILLED],
    ...['--', module, folder],
  ]);
  await waitFor(() => child.stdout().split('\n').length > 20, { what: 'twenty answered appends' });
  await child.stop('SIGKILL');
  const lines = child.stdout().trimEnd().split('\n');

  const store = await openContentStore(folder);
  const upload = await store.uploads.open(lines[0] ?? '');
  const { offset } = upload.status;
  assert.ok(offset >= Number(lines.at(-1)), `${offset} bytes are there, ${lines.at(-1)} were answered for`);
  await upload.append(offset, stream('the end'));
  const whole = Array.from({ length: Math.ceil(offset / 1000) }, (_, n) => String(n % 10).repeat(1000)).join(
    '',
  );
  const blob = await upload.finish(digestOf(Buffer.from(`${whole.slice(0, offset)}the end`)));
  await store.maintenance.verify(blob.digest);
});
