import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ModelFile } from '@slipway/contract/api';
import { onTestEnd, temporaryFolder } from '@slipway/testkit';
import { digestOf } from './digest.ts';
import { openContentStore } from './open-content-store.ts';

async function openStore(t: TestContext) {
  const home = await temporaryFolder(t);
  const store = await openContentStore(join(home, 'store'));
  const put = async (path: string, content: string): Promise<ModelFile> => {
    const { digest, size } = await store.blobs.write(once(content));
    return { path, digest, size };
  };
  const blobFile = (digest: string) => join(home, 'store', 'blobs', 'sha256', digest.slice(7));
  return { home, store, put, blobFile };
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

test('the manifest is a ModelPack artifact, the same for the same files in any order', async (t) => {
  const { store, put, blobFile } = await openStore(t);
  const [model, labels] = [await put('model.onnx', 'weights'), await put('assets/labels.txt', 'a\nb')];
  const annotations = { b: '2', a: '1' };
  const packed = await store.manifests.packModel({ files: [model, labels], annotations });
  const again = await store.manifests.packModel({ files: [labels, model], annotations: { a: '1', b: '2' } });
  assert.deepEqual(again, packed);

  const manifest = JSON.parse(await readFile(blobFile(packed.digest), 'utf8'));
  assert.equal(manifest.mediaType, 'application/vnd.oci.image.manifest.v1+json');
  assert.equal(manifest.artifactType, 'application/vnd.cncf.model.manifest.v1+json');
  assert.equal(manifest.config.mediaType, 'application/vnd.cncf.model.config.v1+json');
  assert.deepEqual(manifest.layers[1], {
    mediaType: 'application/vnd.cncf.model.weight.v1.raw',
    digest: model.digest,
    size: 7,
    annotations: { 'org.cncf.model.filepath': 'model.onnx' },
  });
  const config = JSON.parse(await readFile(blobFile(manifest.config.digest), 'utf8'));
  assert.deepEqual(config.modelfs, { type: 'layers', diffIds: [labels.digest, model.digest] });
  assert.deepEqual(await store.manifests.readModel(packed.digest), { files: [labels, model], annotations });
});

test('the folder is an OCI image layout', async (t) => {
  const { home } = await openStore(t);
  const read = async (name: string) => JSON.parse(await readFile(join(home, 'store', name), 'utf8'));
  assert.deepEqual(await read('oci-layout'), { imageLayoutVersion: '1.0.0' });
  const index = { manifests: [], mediaType: 'application/vnd.oci.image.index.v1+json', schemaVersion: 2 };
  assert.deepEqual(await read('index.json'), index);
});

test('files that are not in the store are named', async (t) => {
  const { store, put } = await openStore(t);
  const there = await put('a', 'a');
  const missing = digestOf(Buffer.from('never stored'));
  await assert.rejects(
    store.manifests.packModel({ files: [there, { path: 'b', digest: missing, size: 3 }] }),
    {
      code: 'conflict',
      details: { missing: [missing] },
    },
  );
  await assert.rejects(store.manifests.packModel({ files: [{ ...there, size: 9 }] }), {
    code: 'invalid_argument',
  });
});

test('paths that leave the model, stand there twice or lie in a file are refused', async (t) => {
  const { store, put } = await openStore(t);
  const file = await put('model.onnx', 'weights');
  for (const path of ['', '/etc/passwd', '../up', 'a/../../b', 'a//b', './a', 'a\\b', 'C:/x', 'nul\0byte']) {
    await assert.rejects(
      store.manifests.packModel({ files: [{ ...file, path }] }),
      { code: 'invalid_argument', message: /files\[0\]\.path/ },
      JSON.stringify(path),
    );
  }
  const clashes = [
    ['a', 'a'],
    ['a', 'a/b'],
    ['a/b/c', 'a/b'],
  ];
  for (const paths of clashes) {
    const files = paths.map((path) => ({ ...file, path }));
    await assert.rejects(store.manifests.packModel({ files }), { code: 'invalid_argument' }, paths.join(' '));
  }
});

test('a blob that is no manifest, or one with an unsafe path inside, is refused', async (t) => {
  const { home, store, put } = await openStore(t);
  const good = await store.manifests.packModel({ files: [await put('safe', 'x')] });
  const text = (await Array.fromAsync(await store.blobs.read(good.digest))).join('');
  const evil = await store.blobs.write(once(text.replace('"safe"', '"../../evil"')));
  await assert.rejects(store.manifests.checkout(evil.digest, join(home, 'm')), { code: 'invalid_argument' });
  for (const content of ['not JSON', 'null', '{}', '{"artifactType":"x","layers":[]}']) {
    const { digest } = await store.blobs.write(once(content));
    await assert.rejects(store.manifests.readModel(digest), { code: 'invalid_model' }, content);
  }
});

test('64 files are checked out as links, once for callers at the same time, and left alone after that', async (t) => {
  const { home, store, put, blobFile } = await openStore(t);
  const files = await Promise.all(
    Array.from({ length: 64 }, (_, n) => put(`layer${n % 4}/part/${n}.bin`, `content ${n}`)),
  );
  const { digest } = await store.manifests.packModel({ files });
  const target = join(home, 'models', 'digits');
  await Promise.all([store.manifests.checkout(digest, target), store.manifests.checkout(digest, target)]);
  for (const { path, digest: blob } of files) {
    assert.equal((await stat(join(target, path))).ino, (await stat(blobFile(blob))).ino, path);
  }
  const { ino } = await stat(target);
  await store.manifests.checkout(digest, target);
  assert.equal((await stat(target)).ino, ino);
  assert.deepEqual(await readdir(join(home, 'models')), ['digits']);
});

test('a checkout that is damaged, incomplete or half built is made anew', async (t) => {
  const { home, store, put } = await openStore(t);
  const { digest } = await store.manifests.packModel({
    files: [await put('a', 'aaa'), await put('b', 'bbb')],
  });
  const target = join(home, 'models', 'm');
  await mkdir(join(home, 'models', '.m.tmp-left-by-a-crash'), { recursive: true });
  const damages = [
    () => rm(join(target, 'a')),
    () => rm(join(target, 'a')).then(() => writeFile(join(target, 'a'), 'zzz')),
    () => writeFile(join(target, 'b'), 'longer than before').then(() => restoreBlob()),
  ];
  const restoreBlob = async () => {
    await store.maintenance.verify(digestOf(Buffer.from('bbb'))).catch(() => undefined);
    await put('b', 'bbb');
  };
  await store.manifests.checkout(digest, target);
  for (const damage of damages) {
    await chmod(join(target, 'b'), 0o644);
    await damage();
    await store.manifests.checkout(digest, target);
    assert.equal(await readFile(join(target, 'a'), 'utf8'), 'aaa');
    assert.equal(await readFile(join(target, 'b'), 'utf8'), 'bbb');
  }
  assert.deepEqual(await readdir(join(home, 'models')), ['m']);
});

test('a damaged blob is not checked out', async (t) => {
  const { home, store, put, blobFile } = await openStore(t);
  const file = await put('a', 'aaa');
  const { digest } = await store.manifests.packModel({ files: [file] });
  await chmod(blobFile(file.digest), 0o644);
  await writeFile(blobFile(file.digest), 'aab');
  await assert.rejects(store.manifests.checkout(digest, join(home, 'models', 'm')), {
    code: 'corrupt',
    message: new RegExp(file.digest),
  });
  assert.deepEqual(await readdir(join(home, 'models')), []);
});

test('where the system cannot link, files are copied', async (t) => {
  const { store, put } = await openStore(t);
  const other = process.platform === 'linux' ? '/dev/shm' : undefined;
  if (other === undefined || (await stat(other)).dev === (await stat(tmpdir())).dev) {
    return t.skip('needs a second file system');
  }
  const { digest } = await store.manifests.packModel({ files: [await put('d/a', 'aaa')] });
  const folder = await mkdtemp(join(other, 'slipway-test-'));
  onTestEnd(t, () => rm(folder, { recursive: true }));
  const target = join(folder, 'm');
  await store.manifests.checkout(digest, target);
  await store.manifests.checkout(digest, target);
  assert.equal(await readFile(join(target, 'd/a'), 'utf8'), 'aaa');
});
