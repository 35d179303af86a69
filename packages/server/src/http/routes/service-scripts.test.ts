import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startApi, type TestApi } from '../api.test.support.ts';

const SERVICES = '/workspaces/default/services';

async function fileOf(api: TestApi, path: string, bytes = `# ${path}`) {
  return { path, digest: await api.upload(bytes), size: bytes.length };
}

/** A service whose script has a module beside it. */
async function withScript(t: TestContext): Promise<TestApi> {
  const api = await startApi(t);
  await api.register('digits');
  const files = [await fileOf(api, 'score.py'), await fileOf(api, 'lib/help.py')];
  const inferenceConfig = { entryScript: 'score.py', files, interpreter: '/usr/bin/python3' };
  const created = await api.call('POST', SERVICES, {
    body: { name: 'digits', models: ['digits'], inferenceConfig },
  });
  assert.equal(created.status, 202, JSON.stringify(created.body));
  return api;
}

async function update(api: TestApi, inferenceConfig: Record<string, unknown>) {
  const answer = await api.call('PATCH', `${SERVICES}/digits`, { body: { inferenceConfig } });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return (await api.call('GET', `${SERVICES}/digits`)).body.inferenceConfig;
}

test('a service shows its script, and so does its revision', async (t) => {
  const api = await withScript(t);
  const { body: service } = await api.call('GET', `${SERVICES}/digits`);
  const { files, ...script } = service.inferenceConfig;
  assert.deepEqual(script, {
    entryScript: 'score.py',
    environment: null,
    interpreter: '/usr/bin/python3',
    encodeNumpy: false,
    workers: 1,
  });
  assert.deepEqual(
    files.map(({ path }: { path: string }) => path),
    ['score.py', 'lib/help.py'],
  );
  const { body: revisions } = await api.call('GET', `${SERVICES}/digits/revisions`);
  assert.deepEqual(revisions.items[0].inferenceConfig, service.inferenceConfig);
});

test('an update of one part of a script leaves the others', async (t) => {
  const api = await withScript(t);
  const { files: before } = (await api.call('GET', `${SERVICES}/digits`)).body.inferenceConfig;
  const definition = { kind: 'interpreter', path: '/usr/bin/python3' };
  const body = { name: 'mine', definition };
  const registered = await api.call('POST', '/workspaces/default/environments', { body });
  assert.ok(registered.status < 300, JSON.stringify(registered.body));
  const inEnvironment = await update(api, { environment: 'mine' });
  assert.deepEqual(
    [inEnvironment.environment, inEnvironment.interpreter, inEnvironment.files],
    ['mine:1', null, before],
  );
  const files = [await fileOf(api, 'other.py')];
  const other = await update(api, { entryScript: 'other.py', files });
  assert.deepEqual([other.entryScript, other.files, other.environment], ['other.py', files, 'mine:1']);
  assert.equal((await update(api, { workers: 4, encodeNumpy: true })).workers, 4);
});

test('what is for Python alone is refused for a script in TypeScript, and does not follow a change to it', async (t) => {
  const api = await withScript(t);
  await update(api, { encodeNumpy: true });
  const inferenceConfig = { entryScript: 'score.ts', files: [await fileOf(api, 'score.ts')] };
  const body = { inferenceConfig: { ...inferenceConfig, encodeNumpy: true } };
  const refused = await api.call('PATCH', `${SERVICES}/digits`, { body });
  assert.deepEqual(
    [refused.status, refused.body.error.details.field],
    [400, 'inferenceConfig.encodeNumpy'],
    JSON.stringify(refused.body),
  );
  assert.equal((await update(api, inferenceConfig)).encodeNumpy, false);
});

test('a script is taken away by null, which brings nothing else along', async (t) => {
  const api = await withScript(t);
  assert.equal(await update(api, { entryScript: null }), null);
  const again = await api.call('PATCH', `${SERVICES}/digits`, { body: { inferenceConfig: { workers: 2 } } });
  assert.match(again.body.error.message, /inferenceConfig\.entryScript is missing: .*specify entry_script/);
});

test('a script needs no model, and a service without either is refused', async (t) => {
  const api = await startApi(t);
  const inferenceConfig = { entryScript: 'score.py', files: [await fileOf(api, 'score.py')] };
  const neither = await api.call('POST', SERVICES, { body: { name: 'neither', models: [] } });
  assert.deepEqual([neither.status, neither.body.error.details.field], [400, 'models']);
  const alone = await api.call('POST', SERVICES, { body: { name: 'alone', models: [], inferenceConfig } });
  assert.equal(alone.status, 202, JSON.stringify(alone.body));
  const taken = await api.call('PATCH', `${SERVICES}/alone`, {
    body: { inferenceConfig: { entryScript: null } },
  });
  assert.deepEqual([taken.status, taken.body.error.details.field], [400, 'models']);
});

const REFUSED: readonly [what: string, change: Record<string, unknown>, message: RegExp][] = [
  ['is none of the files', { entryScript: 'lost.py' }, /"lost\.py" is none of the 1 paths/],
  ['is not Python', { entryScript: 'score.R' }, /Only Python|only Python drivers/],
  ['is no module', { entryScript: 'my-score.py' }, /invalid name "my-score\.py"/],
  ['has no sources', { files: undefined }, /inferenceConfig\.files is missing/],
];
for (const [what, change, message] of REFUSED) {
  test(`a script that ${what} is refused`, async (t) => {
    const api = await startApi(t);
    const inferenceConfig = { entryScript: 'score.py', files: [await fileOf(api, 'score.py')], ...change };
    const { status, body } = await api.call('POST', SERVICES, {
      body: { name: 'bad', models: [], inferenceConfig },
    });
    assert.equal(status, 400);
    assert.match(body.error.message, message);
  });
}

test('sources that are not uploaded are named', async (t) => {
  const api = await startApi(t);
  const digest = `sha256:${'1'.repeat(64)}`;
  const inferenceConfig = { entryScript: 'score.py', files: [{ path: 'score.py', digest, size: 1 }] };
  const { status, body } = await api.call('POST', SERVICES, {
    body: { name: 'bad', models: [], inferenceConfig },
  });
  assert.deepEqual([status, body.error.details], [409, { missing: [digest] }]);
});

test('versions that follow a policy are refused with a script', async (t) => {
  const api = await withScript(t);
  const models = [{ name: 'digits', versionPolicy: { latest: 1 } }];
  const { status, body } = await api.call('PATCH', `${SERVICES}/digits`, { body: { models } });
  assert.equal(status, 400);
  assert.match(body.error.message, /models must name one version of "digits", such as "digits:1"/);
});

test('an environment that is not registered is refused, and so is one beside an interpreter', async (t) => {
  const api = await withScript(t);
  const path = `${SERVICES}/digits`;
  const unknown = await api.call('PATCH', path, { body: { inferenceConfig: { environment: 'lost' } } });
  assert.deepEqual([unknown.status, unknown.body.error.details.field], [404, 'inferenceConfig.environment']);
  const definition = { kind: 'interpreter', path: '/usr/bin/python3' };
  await api.call('POST', '/workspaces/default/environments', { body: { name: 'mine', definition } });
  const both = { environment: 'mine', interpreter: '/usr/bin/python3' };
  const { status, body } = await api.call('PATCH', path, { body: { inferenceConfig: both } });
  assert.equal(status, 400);
  assert.match(body.error.message, /cannot both be given/);
});

test('a replica of a script has a GPU where there are some, unless it is told that it needs none', async (t) => {
  const api = await startApi(t, {}, null, { gpu: 1 });
  const inferenceConfig = {
    entryScript: 'score.py',
    files: [await fileOf(api, 'score.py')],
    interpreter: '/usr/bin/python3',
  };
  const order = (name: string, config = {}) =>
    api.call('POST', SERVICES, { body: { name, models: [], inferenceConfig, config } });
  assert.equal((await order('first')).status, 202);
  assert.deepEqual((await api.call('GET', `${SERVICES}/first`)).body.config.devices, { gpu: 1 });
  const refused = await order('second');
  assert.match(
    refused.body.error.message,
    /0 of 1 GPU are free.*"first" has 1 GPU: set replace to take over\. A service that needs none says so with config\.devices \{"gpu": 0\}\.$/,
  );
  assert.equal((await order('second', { devices: { gpu: 0 } })).status, 202);
});
