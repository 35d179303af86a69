import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from '../api.test.support.ts';

const MODELS = '/workspaces/default/models';

test('a model gets versions 1, 2, 3, is found by id and by name, and its number never comes back', async (t) => {
  const api = await startApi(t);
  for (const version of [1, 2, 3]) assert.equal((await api.register('digits')).version, version);
  assert.equal((await api.call('GET', `${MODELS}/digits:2`)).body.id, 'digits:2');
  assert.equal((await api.call('GET', `${MODELS}/digits`)).body.id, 'digits:3');

  assert.equal((await api.call('DELETE', `${MODELS}/digits:3`)).status, 204);
  assert.equal((await api.call('GET', `${MODELS}/digits`)).body.id, 'digits:2');
  const latest = await api.call('GET', `${MODELS}?latest=true`);
  assert.deepEqual(
    latest.body.items.map((model: { id: string }) => model.id),
    ['digits:2'],
  );
  assert.equal((await api.register('digits')).id, 'digits:4');
  assert.equal(api.counts.modelDeleted, 1);
});

test('a model says all that it was registered with', async (t) => {
  const api = await startApi(t);
  await api.register('base');
  const model = await api.register('derived', {
    description: 'Reads digits.',
    tags: { stage: 'test' },
    properties: { area: 'mnist' },
    framework: 'Onnx',
    frameworkVersion: '1.19',
    parentId: 'base',
  });
  const { digest, createdAt, updatedAt, files, etag, ...rest } = model;
  assert.match(digest, /^sha256:[a-f0-9]{64}$/);
  assert.equal(createdAt, updatedAt);
  assert.equal(files[0]?.path, 'model.onnx');
  assert.ok(etag);
  assert.deepEqual(rest, {
    id: 'derived:1',
    name: 'derived',
    version: 1,
    workspace: 'default',
    description: 'Reads digits.',
    tags: { stage: 'test' },
    properties: { area: 'mnist' },
    framework: 'Onnx',
    frameworkVersion: '1.19',
    parentId: 'base:1',
    derivedModelIds: [],
    conversion: null,
    randomWeights: null,
    size: 20,
  });
  assert.deepEqual((await api.call('GET', `${MODELS}/base`)).body.derivedModelIds, ['derived:1']);
  assert.equal(
    (await api.call('DELETE', `${MODELS}/base:1`)).status,
    204,
    'a source may go before its derivative',
  );
});

test('filters find what they say', async (t) => {
  const api = await startApi(t);
  await api.register('a', { tags: { stage: 'test' } });
  await api.register('a', { tags: { stage: 'live' }, framework: 'Onnx' });
  await api.register('b', { properties: { stage: 'live' }, tags: { x: 'a=b' } });
  const cases: readonly [string, string[]][] = [
    ['', ['b:1', 'a:2', 'a:1']],
    ['?name=a', ['a:2', 'a:1']],
    ['?tag=stage', ['a:2', 'a:1']],
    ['?tag=stage=live', ['a:2']],
    ['?tag=stage&tag=x', []],
    ['?tag=x=a=b', ['b:1']],
    ['?property=stage=live', ['b:1']],
    ['?framework=Onnx', ['a:2']],
    ['?latest=true', ['b:1', 'a:2']],
  ];
  for (const [query, expected] of cases) {
    const { body } = await api.call('GET', `${MODELS}${query}`);
    assert.deepEqual(
      body.items.map((model: { id: string }) => model.id),
      expected,
      query,
    );
  }
});

test('pages follow one another, and end', async (t) => {
  const api = await startApi(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await api.register(name);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.call('GET', `${MODELS}?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items.map((model: { name: string }) => model.name));
    cursor = body.nextCursor;
  } while (cursor);
  assert.deepEqual(seen, ['e', 'd', 'c', 'b', 'a']);
  const bad = await api.call('GET', `${MODELS}?cursor=nonsense`);
  assert.equal(bad.body.error.details.field, 'cursor');
});

test('tags are replaced, properties only added, and a stale change is refused', async (t) => {
  const api = await startApi(t);
  const model = await api.register('digits', { tags: { a: '1' }, properties: { p: '1' } });
  const patch = (body: unknown, headers = {}) => api.call('PATCH', `${MODELS}/digits:1`, { body, headers });

  const changed = await patch(
    { tags: { b: '2' }, addProperties: { q: '2', p: '1' } },
    { 'if-match': `"${model.etag}"` },
  );
  assert.equal(changed.status, 200);
  assert.deepEqual(changed.body.tags, { b: '2' });
  assert.deepEqual(changed.body.properties, { p: '1', q: '2' });
  assert.equal(changed.headers.get('etag'), `"${changed.body.etag}"`);

  const stale = await patch({ description: 'x' }, { 'if-match': `"${model.etag}"` });
  assert.deepEqual([stale.status, stale.body.error.code], [412, 'precondition_failed']);
  const fixed = await patch({ addProperties: { p: '2' } });
  assert.deepEqual([fixed.status, fixed.body.error.code], [409, 'conflict']);
  const nothing = await patch({});
  assert.match(nothing.body.error.message, /no parameters/i);
});

test('a model whose blobs are missing or of another size is not registered, and no version is used up', async (t) => {
  const api = await startApi(t);
  const missing = { path: 'model.onnx', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
  const absent = await api.call('POST', MODELS, { body: { name: 'digits', files: [missing] } });
  assert.deepEqual(absent.body.error.details.missing, [missing.digest]);
  const wrong = { path: 'model.onnx', digest: await api.upload('four'), size: 5 };
  const refused = await api.call('POST', MODELS, { body: { name: 'digits', files: [wrong] } });
  assert.equal(refused.body.error.code, 'invalid_argument');
  const version = await api.call('POST', MODELS, {
    body: { name: 'digits', files: [{ ...wrong, size: 4 }], frameworkVersion: '1' },
  });
  assert.match(version.body.error.message, /cannot be provided without a valid framework/);
  assert.equal((await api.register('digits')).version, 1);
});

test('a file has a path that stays inside its model', async (t) => {
  const api = await startApi(t);
  const digest = await api.upload('x');
  for (const path of ['../x', '/etc/passwd', 'a/../../b', 'a\\b', 'a\0b', 'C:x', 'a//b']) {
    const files = [{ path, digest, size: 1 }];
    const answer = await api.call('POST', MODELS, { body: { name: 'm', files } });
    assert.deepEqual([answer.status, answer.body.error.details.field], [400, 'files[0].path'], path);
  }
});

test('a model that a service uses is in use, by the wanted and by the active revision', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  await api.register('digits');
  const body = { name: 'my-service', models: ['digits:1'] };
  await api.call('POST', '/workspaces/default/services', { body });
  const service = await api.call('GET', '/workspaces/default/services/my-service');
  await api.store.write((writer) =>
    writer.put('serviceStatus', 'my-service', {
      uid: service.body.id,
      state: 'Healthy',
      error: null,
      activeRevision: 1,
      readyReplicas: 1,
    }),
  );
  await api.call('PATCH', '/workspaces/default/services/my-service', { body: { models: ['digits:2'] } });
  for (const id of ['digits:1', 'digits:2']) {
    const { status, body: answer } = await api.call('DELETE', `${MODELS}/${id}`);
    assert.deepEqual(
      [status, answer.error.code, answer.error.details.users],
      [409, 'in_use', ['services/my-service']],
    );
  }
});

test('the files of labels that a signature names are checked with it', async (t) => {
  const api = await startApi(t);
  const file = async (path: string, bytes: string) => ({
    path,
    digest: await api.upload(bytes),
    size: Buffer.byteLength(bytes),
  });
  const outputs = { scores: { labelsFile: 'classes.txt' } };
  const beside = [
    await file('net/model.onnx', 'the bytes'),
    await file('net/signature.json', JSON.stringify({ kind: 'ModelSignature', outputs })),
  ];
  const register = async (labels: readonly [string, string]) => {
    const files = [...beside, await file(...labels)];
    const { status, body } = await api.call('POST', MODELS, { body: { name: 'net', files } });
    return status === 201 ? body.id : `${status} ${body.error.message}`;
  };
  for (const [labels, told] of [
    [
      ['classes.txt', 'cat'],
      /^400 net\/signature\.json: outputs\.scores\.labelsFile names net\/classes\.txt, which/,
    ],
    [
      ['net/classes.txt', '\n'.repeat(1_000_001)],
      /^400 net\/classes\.txt has 1000001 bytes, more than the 1000000/,
    ],
    [['net/classes.txt', ''], /^400 The labels in net\/classes\.txt cannot be used: it is empty/],
    [['net/classes.txt', 'cat\ndog\n'], /^net:1$/],
  ] as const) {
    assert.match(await register(labels), told);
  }
});

test('a signature file beside a model is checked when it is registered', async (t) => {
  const api = await startApi(t);
  const file = async (path: string, bytes: string) => ({
    path,
    digest: await api.upload(bytes),
    size: bytes.length,
  });
  const image = { width: 8, height: 8, resize: 'bilinear', fit: 'stretch', layout: 'NHWC' };
  const signature = (declared: object) =>
    JSON.stringify({ kind: 'ModelSignature', inputs: { pixels: { image: declared } } });
  const model = await file('net/model.onnx', 'the bytes');

  const wrong = await file('net/signature.json', signature({ ...image, width: 0, fit: 'squeeze' }));
  const refused = await api.call('POST', MODELS, { body: { name: 'net', files: [model, wrong] } });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /net\/signature\.json cannot be used: .*width.*fit/);

  const elsewhere = await file('notes/signature.json', '{}');
  const good = await file('net/signature.json', signature(image));
  const files = [model, good, elsewhere];
  assert.equal((await api.call('POST', MODELS, { body: { name: 'net', files } })).body.id, 'net:1');
});

test('a detector that a signature declares is checked with the names of its classes', async (t) => {
  const api = await startApi(t);
  const file = async (path: string, bytes: string) => {
    return { path, digest: await api.upload(bytes), size: Buffer.byteLength(bytes) };
  };
  const register = async (declared: object, labels: string) => {
    const detections = { layout: 'ssd-vgg-300', ...declared };
    const files = [
      await file('model.onnx', 'the bytes'),
      await file('signature.json', JSON.stringify({ kind: 'ModelSignature', detections })),
      await file('voc.txt', labels),
    ];
    const { status, body } = await api.call('POST', MODELS, { body: { name: 'ssd', files } });
    return status === 201 ? body.id : `${status} ${body.error.message}`;
  };
  const all = 'thing\n'.repeat(21);
  for (const [declared, labels, told] of [
    [{ top: 1.5 }, all, /^400 signature\.json cannot be used: detections\.top must be integer/],
    [{ labelsFile: 'coco.txt' }, all, /^400 signature\.json: detections\.labelsFile names coco\.txt, which/],
    [
      { labelsFile: 'voc.txt' },
      'cat\ndog\n',
      /^400 signature\.json .*detections has 2 labels, .* 21 classes/,
    ],
    [{ labelsFile: 'voc.txt' }, all, /^ssd:1$/],
  ] as const)
    assert.match(await register(declared, labels), told);
});
