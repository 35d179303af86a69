import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ModelFile, Model as ModelResource } from '@slipway/contract/api';
import { temporaryFolder } from '@slipway/testkit';
import { type Faults, fakeBlobs } from './fixtures/blob-routes.ts';
import { type Routes, readJsonBody, sendError } from './fixtures/control-plane.ts';
import { modelResource } from './fixtures/resources.ts';
import { connectFake } from './fixtures/workspace.ts';
import { Model } from './model.ts';
import type { RegisterProgress } from './register-model.ts';

/** A registry that takes any model, and says what it was given. */
async function startRegistry(t: TestContext, faults: Faults = {}, more: Routes = {}) {
  const store = fakeBlobs(faults);
  const registered: Record<string, unknown>[] = [];
  const { workspace, server } = await connectFake(t, {
    ...store.routes,
    'POST /workspaces/default/models': async ({ request }) => {
      const body = await readJsonBody(request);
      registered.push({ ...body, key: request.headers['idempotency-key'] });
      return modelResource({ name: String(body['name']), files: body['files'] as ModelFile[] });
    },
    ...more,
  });
  return { ...store, registered, workspace, server };
}

async function makeModel(t: TestContext): Promise<string> {
  const folder = join(await temporaryFolder(t), 'digits');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'model.onnx'), Buffer.alloc(200_000, 'm'));
  await writeFile(join(folder, 'assets', 'labels.txt'), 'zero\none\n');
  await writeFile(join(folder, 'empty'), '');
  return folder;
}

test('a folder is registered with its paths, its words, and progress up to the end', async (t) => {
  const { workspace, registered, blobs } = await startRegistry(t);
  const seen: RegisterProgress[] = [];
  const model = await Model.register({
    workspace,
    modelPath: await makeModel(t),
    modelName: 'digits',
    tags: { stage: 'test' },
    modelFramework: 'Onnx',
    modelFrameworkVersion: '1.17',
    onProgress: (progress) => seen.push(progress),
  });
  const [{ files, key, ...words } = {}] = registered;
  assert.deepEqual(words, {
    name: 'digits',
    folder: 'digits',
    tags: { stage: 'test' },
    framework: 'Onnx',
    frameworkVersion: '1.17',
  });
  assert.match(String(key), /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    (files as ModelFile[]).map(({ path, size }) => [path, size]),
    [
      ['assets/labels.txt', 9],
      ['empty', 0],
      ['model.onnx', 200_000],
    ],
  );
  for (const { digest, size } of model.files) assert.equal(blobs.get(digest)?.length, size);
  for (const phase of ['hashing', 'uploading', 'registering'] as const) {
    const last = seen.findLast((progress) => progress.phase === phase);
    assert.deepEqual(last, { phase, bytes: 200_009, totalBytes: 200_009, files: 3 });
  }
});

test('bytes that the server has are not sent again', async (t) => {
  const { workspace, received } = await startRegistry(t);
  const modelPath = await makeModel(t);
  await Model.register({ workspace, modelPath, modelName: 'digits' });
  const once = received();
  await Model.register({ workspace, modelPath, modelName: 'digits' });
  assert.equal(received(), once);
});

test('an upload goes on from what had arrived when the connection broke', async (t) => {
  const { workspace, received, server } = await startRegistry(t, { breakAt: 1_000_000 });
  const file = join(await temporaryFolder(t), 'model.onnx');
  await writeFile(file, Buffer.alloc(20_000_000, 'w'));
  await Model.register({ workspace, modelPath: file, modelName: 'digits' });
  assert.equal(received(), 20_000_000);
  assert.equal(server.calls.filter((call) => call === 'POST /uploads').length, 1);
});

test('a lost answer to the end of an upload is no error', async (t) => {
  const { workspace, registered } = await startRegistry(t, { loseFinish: true });
  const modelPath = await makeModel(t);
  await Model.register({ workspace, modelPath: join(modelPath, 'model.onnx'), modelName: 'digits' });
  assert.equal(registered.length, 1);
});

test('blobs that were collected before registration are sent again', async (t) => {
  const { workspace, blobs, server } = await startRegistry(
    t,
    {},
    {
      'POST /workspaces/default/models': async ({ attempt, response, request }) => {
        const { files } = await readJsonBody(request);
        const missing = (files as ModelFile[]).map(({ digest }) => digest);
        if (attempt > 1) return modelResource();
        blobs.clear();
        return sendError(response, 409, 'conflict', 'not in the store', { missing });
      },
    },
  );
  await Model.register({ workspace, modelPath: await makeModel(t), modelName: 'digits' });
  assert.equal(server.calls.filter((call) => call === 'POST /uploads').length, 6);
});

test('a file that changes on its way is not registered', async (t) => {
  const { workspace, registered } = await startRegistry(t);
  for (const changed of ['other!!', 'less', 'much more than before']) {
    const modelPath = join(await temporaryFolder(t), 'model.onnx');
    await writeFile(modelPath, 'weights');
    const call = Model.register({
      workspace,
      modelPath,
      modelName: 'digits',
      onProgress: ({ phase }) => phase === 'hashing' && writeFileSync(modelPath, changed),
    });
    await assert.rejects(call, { code: 'invalid_argument', message: /model\.onnx" changed while/ }, changed);
  }
  assert.deepEqual(registered, []);
});

test('what cannot be registered is refused before a byte is sent', async (t) => {
  const { workspace, server } = await startRegistry(t);
  const modelPath = await makeModel(t);
  const before = server.calls.length;
  const cases: [Partial<Parameters<typeof Model.register>[0]>, string][] = [
    [{ modelName: '../x' }, 'invalid_argument'],
    [{ modelPath: '/does/not/exist' }, 'not_found'],
    [{ modelFrameworkVersion: '1.0' }, 'invalid_argument'],
  ];
  for (const [wrong, code] of cases) {
    await assert.rejects(Model.register({ workspace, modelPath, modelName: 'digits', ...wrong }), { code });
  }
  assert.equal(server.calls.length, before);
});

test('a registration that the caller gives up ends', async (t) => {
  const { workspace } = await startRegistry(t, {}, { 'PATCH /uploads/*': () => undefined });
  const caller = new AbortController();
  const call = Model.register({
    workspace,
    modelPath: await makeModel(t),
    modelName: 'digits',
    signal: caller.signal,
    onProgress: ({ phase }) => phase === 'uploading' && caller.abort(),
  });
  await assert.rejects(call, { code: 'cancelled' });
});

test('get and list ask for what they are told', async (t) => {
  const { workspace, server } = await connectFake(t, {
    'GET /workspaces/default/models/*': ({ part }) => modelResource({ id: part }),
    'GET /workspaces/default/models': () => ({ items: [modelResource()], nextCursor: null }),
  });
  assert.equal((await Model.get({ workspace, name: 'digits' })).id, 'digits');
  assert.equal((await Model.get({ workspace, name: 'digits', version: 3 })).id, 'digits:3');
  assert.equal((await Model.get({ workspace, id: 'digits:2' })).id, 'digits:2');
  await assert.rejects(Model.get({ workspace }), { code: 'invalid_argument', message: /One of id or name/ });
  await Model.list({ workspace, name: 'digits', tags: ['a', ['b', '1']], latest: true });
  assert.match(server.calls.at(-1) ?? '', /name=digits&latest=true&tag=a&tag=b%3D1$/);
});

test('a change that somebody else was quicker with is made again of what is there now', async (t) => {
  let stored = modelResource({ tags: { a: '1' } });
  const change = (tags: ModelResource['tags']) => {
    stored = { ...stored, tags, etag: `${stored.etag}+` };
    return stored;
  };
  const { workspace } = await connectFake(t, {
    'GET /workspaces/default/models/*': () => stored,
    'PATCH /workspaces/default/models/*': async ({ request, response, attempt }) => {
      const body = await readJsonBody(request);
      if (attempt === 1) change({ a: '1', theirs: 'x' });
      if (request.headers['if-match'] === `"${stored.etag}"`)
        return change(body['tags'] as ModelResource['tags']);
      return sendError(response, 412, 'precondition_failed', 'It has changed.');
    },
  });
  const model = await Model.get({ workspace, name: 'digits' });
  await model.addTags({ mine: 'y' });
  assert.deepEqual(model.tags, { a: '1', theirs: 'x', mine: 'y' });
  await model.removeTags(['a', 'never']);
  assert.deepEqual(stored.tags, { theirs: 'x', mine: 'y' });
});

test('a download is verified, goes on where it broke, and replaces nothing unasked', async (t) => {
  let broken = 0;
  const { workspace, registered, blobs } = await startRegistry(
    t,
    {},
    {
      'GET /blobs/*': ({ request, response, part }) => {
        const bytes = blobs.get(part) ?? Buffer.alloc(0);
        const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
        response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start });
        if (bytes.length < 100_000 || broken > 0) return void response.end(bytes.subarray(start));
        broken += 1;
        response.write(bytes.subarray(0, 50_000), () => response.destroy());
      },
    },
  );
  const modelPath = await makeModel(t);
  const model = await Model.register({ workspace, modelPath, modelName: 'digits' });
  assert.equal(registered.length, 1);
  const targetDir = join(await temporaryFolder(t), 'out');
  const paths = await model.download({ targetDir });
  assert.equal(broken, 1);
  assert.deepEqual(
    paths,
    ['assets/labels.txt', 'empty', 'model.onnx'].map((path) => join(targetDir, path)),
  );
  for (const file of ['model.onnx', 'assets/labels.txt', 'empty']) {
    assert.deepEqual(await readFile(join(targetDir, file)), await readFile(join(modelPath, file)));
  }
  await assert.rejects(model.download({ targetDir }), { code: 'already_exists' });
  await model.download({ targetDir, existOk: true });

  const digest = model.files.at(-1)?.digest ?? '';
  blobs.set(digest, Buffer.alloc(blobs.get(digest)?.length ?? 0, '?'));
  const other = join(await temporaryFolder(t), 'other');
  await assert.rejects(model.download({ targetDir: other }), { code: 'corrupt' });
  const left = await readdir(other, { recursive: true });
  assert.ok(
    left.every((name) => !name.endsWith('.part')),
    left.join(' '),
  );
});

test('a model whose paths lead out of the folder is not downloaded', async (t) => {
  const { workspace } = await startRegistry(t);
  const file = { path: '../evil', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
  const model = new Model(workspace, modelResource({ files: [file] }));
  await assert.rejects(model.download({ targetDir: await temporaryFolder(t) }), { code: 'invalid_model' });
});
