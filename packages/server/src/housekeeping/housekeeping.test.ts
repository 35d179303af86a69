import assert from 'node:assert/strict';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { openContentStore } from '@slipway/oci';
import { temporaryFolder } from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import pino from 'pino';
import { addRevisionOf, addService } from '../fixtures/service-records.ts';
import { openHome } from '../home/open-home.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { endReplicaFolder } from '../targets/local/replica-folder.ts';
import { createMemoryTarget } from '../targets/memory/memory-target.ts';
import { createHousekeeping } from './housekeeping.ts';

const SCRIPT = {
  entryScript: 'score.py',
  files: [],
  environment: null,
  interpreter: null,
  encodeNumpy: false,
  workers: 1,
};

test('removes what nobody needs, and nothing else', async (t) => {
  const home = await openHome(await temporaryFolder(t));
  const store = createMemoryStore();
  const contentStore = await openContentStore(home.store);
  const files = async (text: string) => {
    const blob = await contentStore.blobs.write(Readable.from([Buffer.from(text)]));
    return [{ path: 'model.onnx', ...blob }];
  };
  const used = await contentStore.manifests.packModel({ files: await files('used') });
  const unused = await contentStore.manifests.packModel({ files: await files('unused') });
  const service = await addService(store, { uid: 'u', name: 'digits' });
  const revision = await addRevisionOf(store, 'u', 1);
  const models = [{ name: 'one', version: 1, digest: used.digest }];
  await store.write((writer) => writer.put('revisions', 'u/1', { ...revision, models }));
  const sources = await contentStore.manifests.packModel({ files: await files('sources') });
  const earlier = await contentStore.manifests.packModel({ files: await files('earlier sources') });
  for (const [number, { digest }] of [sources, earlier].entries()) {
    await contentStore.manifests.checkout(digest, home.source(digest));
    await mkdir(home.scriptModels('u', number + 1));
    const script = { ...SCRIPT, digest };
    const record = { ...revision, models, number: number + 1, script };
    await store.write((writer) => writer.put('revisions', `u/${number + 1}`, record));
  }
  for (const { digest } of [used, unused]) {
    await contentStore.manifests.checkout(digest, home.model(digest));
  }
  const coming = `.${basename(home.model(used.digest))}.tmp-0123`;
  for (const name of [coming, '.sha256-00.tmp-0123', 'resnet50']) await mkdir(join(home.models, name));
  for (const uid of [service.uid, 'gone']) await mkdir(home.service(uid));
  for (const [id, uid] of [
    ['ended', 'u'],
    ['left', 'gone'],
  ] as const) {
    await mkdir(home.replica(id));
    const authFile = home.serviceAuth(uid);
    await writeJsonFile(home.replicaSpec(id), { kind: 'ReplicaSpec', replicaId: id, authFile });
    await endReplicaFolder(home, id);
  }
  for (const [id, createdAt] of [
    ['old', '2020-01-01T00:00:00.000Z'],
    ['new', new Date().toISOString()],
  ] as const) {
    const record = { requestDigest: '', status: 200, body: null, headers: {}, createdAt };
    await store.write((writer) => writer.put('idempotency', id, record));
  }
  const blobs = join(home.store, 'blobs', 'sha256');
  const past = new Date(Date.now() - 60_000);
  for (const name of await readdir(blobs)) await utimes(join(blobs, name), past, past);

  const housekeeping = createHousekeeping({
    home,
    store,
    contentStore,
    target: createMemoryTarget({ cpuCores: 1, memoryGb: 1 }),
    reconciler: { all: () => [] },
    environments: { inWork: () => ['building'] },
    log: pino({ level: 'silent' }),
    uploadGraceMs: 30_000,
    operationsKeptMs: 30_000,
  });
  await housekeeping.collect();
  const kept = [coming, 'resnet50', basename(home.model(used.digest))];
  assert.deepEqual((await readdir(home.models)).toSorted(), kept);
  assert.deepEqual(await readdir(home.sources), [basename(home.source(sources.digest))]);
  assert.deepEqual(await readdir(home.scriptModelDirs), ['u-1']);
  // The service can go back to the earlier ones.
  assert.ok(await contentStore.blobs.stat(earlier.digest));
  assert.deepEqual(await readdir(home.services), ['u']);
  assert.deepEqual(await readdir(home.replicas), ['ended']);
  assert.ok(await contentStore.blobs.stat(used.digest));
  assert.equal(await contentStore.blobs.stat(unused.digest), undefined);
  const keys = await store.read((reader) => reader.list('idempotency', { limit: 10 }));
  assert.deepEqual(
    keys.map(({ id }) => id),
    ['new'],
  );
  await housekeeping.stop();
});
