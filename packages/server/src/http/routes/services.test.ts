import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startApi, type TestApi } from '../api.test.support.ts';

const SERVICES = '/workspaces/default/services';

async function deployed(t: TestContext, config: Record<string, unknown> = {}): Promise<TestApi> {
  const api = await startApi(t);
  await api.register('digits');
  const body = { name: 'digits', models: ['digits'], config, tags: { a: '1' }, properties: { p: '1' } };
  const answer = await api.call('POST', SERVICES, { body });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return api;
}

/** Plays the reconciler: the wanted revision is now the active one. */
async function becomeHealthy({ store }: TestApi, name = 'digits'): Promise<void> {
  await store.write(async (writer) => {
    const service = await writer.get('services', name);
    assert.ok(service);
    const { uid, revision } = service.value;
    for (const { id, value } of await writer.list('revisions', { where: { serviceUid: uid }, limit: 100 })) {
      const before = value.status === 'active' ? 'superseded' : value.status;
      await writer.put('revisions', id, { ...value, status: value.number === revision ? 'active' : before });
    }
    const status = {
      uid,
      state: 'Healthy',
      error: null,
      activeRevision: revision,
      readyReplicas: 1,
    } as const;
    await writer.put('serviceStatus', name, status);
  });
}

test('deploying answers an operation, and the service tells all about itself', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  const created = await api.call('POST', SERVICES, {
    body: { name: 'digits', models: ['digits'], config: { numReplicas: 2, cpuCores: 0.5 } },
  });
  assert.equal(created.status, 202);
  assert.equal(created.body.kind, 'DeployService');
  assert.equal(created.body.resource, 'services/digits');
  const location = created.headers.get('operation-location') ?? '';
  assert.equal(location, `/api/v1/workspaces/default/operations/${created.body.id}`);
  assert.equal(api.operations.wakes, 1);

  const { body: service } = await api.call('GET', `${SERVICES}/digits`);
  assert.equal(service.state, 'Transitioning');
  assert.equal(service.operationId, created.body.id);
  assert.deepEqual(service.models, ['digits:1']);
  assert.equal(service.scoringUri, 'http://127.0.0.1:7080/api/v1/service/digits/score');
  assert.equal(service.config.numReplicas, 2);
  assert.equal(service.config.scoringTimeoutMs, 60_000);
  assert.deepEqual(service.replicas, { desired: 2, ready: 0 });
  assert.equal(service.authMode, 'key');
  assert.deepEqual([service.revision, service.activeRevision], [1, null]);
  assert.equal(service.keys, undefined);

  await becomeHealthy(api);
  const { body: healthy } = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual([healthy.state, healthy.activeRevision], ['Healthy', 1]);
});

test('a taken name is refused with the way out, and overwrite is an update', async (t) => {
  const api = await deployed(t);
  const keys = (await api.call('GET', `${SERVICES}/digits/keys`)).body;
  const body = { name: 'digits', models: ['digits'], config: { numReplicas: 3 } };
  const taken = await api.call('POST', SERVICES, { body });
  assert.deepEqual([taken.status, taken.body.error.code], [409, 'already_exists']);
  assert.match(taken.body.error.message, /overwrite/);

  const before = (await api.call('GET', `${SERVICES}/digits`)).body;
  const overwritten = await api.call('POST', SERVICES, { body: { ...body, overwrite: true } });
  assert.deepEqual([overwritten.status, overwritten.body.kind], [202, 'UpdateService']);
  const after = (await api.call('GET', `${SERVICES}/digits`)).body;
  assert.deepEqual([after.id, after.revision, after.config.numReplicas], [before.id, 2, 3]);
  assert.deepEqual([after.tags, after.properties], [{}, { p: '1' }]);
  assert.deepEqual((await api.call('GET', `${SERVICES}/digits/keys`)).body, keys);

  await api.call('POST', '/workspaces', { body: { name: 'other' } });
  const elsewhere = await api.call('POST', '/workspaces/other/services', {
    body: { ...body, overwrite: true },
  });
  assert.match(elsewhere.body.error.message, /in the workspace "default"/);
  assert.equal((await api.call('GET', '/workspaces/other/services/digits')).status, 404);
});

test('all problems of a configuration are told at once', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  const { status, body } = await api.call('POST', SERVICES, {
    body: {
      name: 'digits',
      models: ['digits'],
      primaryKey: 'a-key-that-is-long-enough',
      config: { tokenAuthEnabled: true, memoryGb: 2, memoryGbLimit: 1, periodSeconds: 1, timeoutSeconds: 2 },
    },
  });
  assert.deepEqual([status, body.error.code], [400, 'invalid_argument']);
  const fields = body.error.details.problems.map((problem: { field: string }) => problem.field);
  assert.deepEqual(fields, [
    'config.tokenAuthEnabled',
    'config.memoryGbLimit',
    'config.timeoutSeconds',
    'primaryKey',
  ]);
  assert.equal((await api.call('GET', SERVICES)).body.items.length, 0);
});

test('tracing goes to the collector of the server until it is turned off; without one it is refused', async (t) => {
  const order = { name: 'digits', models: ['digits'], config: { enableAppInsights: true } };
  const without = await startApi(t);
  await without.register('digits');
  const refused = await without.call('POST', SERVICES, { body: order });
  assert.match(refused.body.error.message, /config\.enableAppInsights needs a collector/);

  const collector = 'http://collector.example:4318';
  const api = await startApi(t, {}, collector);
  await api.register('digits');
  assert.equal((await api.call('POST', SERVICES, { body: order })).status, 202);
  const traced = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual(traced.body.config.tracing, { endpoint: collector, sampleRatio: 1 });
  await api.call('PATCH', `${SERVICES}/digits`, { body: { config: { enableAppInsights: false } } });
  assert.equal((await api.call('GET', `${SERVICES}/digits`)).body.config.tracing, null);
});

test('more than the machine has is unschedulable, with the numbers', async (t) => {
  const api = await deployed(t, { cpuCores: 1, memoryGb: 1, numReplicas: 3 });
  const refused = await api.call('POST', SERVICES, {
    body: { name: 'second', models: ['digits'], config: { cpuCores: 1, memoryGb: 2, numReplicas: 2 } },
  });
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'unschedulable']);
  assert.match(
    refused.body.error.message,
    /insufficient compute resource.*2 replicas cannot be created.*\(1 CPU Cores, 2GB Memory\): 1 of 4 CPU Cores and 5 of 8GB/,
  );
  assert.deepEqual(refused.body.error.details.asked, { cpuCores: 2, memoryGb: 4, devices: {} });
  const fits = {
    name: 'second',
    models: ['digits'],
    config: { cpuCores: 0.1, memoryGb: 0.1, numReplicas: 10 },
  };
  assert.equal((await api.call('POST', SERVICES, { body: fits })).status, 202);
  const scaled = await api.call('PATCH', `${SERVICES}/digits`, { body: { config: { numReplicas: 4 } } });
  assert.equal(scaled.body.error.code, 'unschedulable');
});

test('an update keeps what it does not name', async (t) => {
  const api = await deployed(t, { cpuCores: 0.5, numReplicas: 2 });
  await api.register('digits');
  const updated = await api.call('PATCH', `${SERVICES}/digits`, {
    body: { models: ['digits'], config: { scoringTimeoutMs: 1000 }, addProperties: { q: '2' } },
  });
  assert.deepEqual([updated.status, updated.body.kind], [202, 'UpdateService']);
  const { body } = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual(body.models, ['digits:2']);
  const { cpuCores, numReplicas, scoringTimeoutMs } = body.config;
  assert.deepEqual([cpuCores, numReplicas, scoringTimeoutMs, body.revision], [0.5, 2, 1000, 2]);
  assert.deepEqual([body.tags, body.properties], [{ a: '1' }, { p: '1', q: '2' }]);
});

test('words alone make no revision; what failed is tried again', async (t) => {
  const api = await deployed(t);
  await becomeHealthy(api);
  await api.call('PATCH', `${SERVICES}/digits`, { body: { tags: { b: '2' }, description: null } });
  await api.call('PATCH', `${SERVICES}/digits`, { body: { config: { numReplicas: 1 } } });
  const { body } = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual([body.revision, body.tags], [1, { b: '2' }]);
  await api.store.write(async (writer) => {
    const id = `${body.id}/1`;
    const revision = await writer.get('revisions', id);
    assert.ok(revision);
    await writer.put('revisions', id, { ...revision.value, status: 'failed' });
  });
  await api.call('PATCH', `${SERVICES}/digits`, { body: { models: ['digits:1'] } });
  assert.equal((await api.call('GET', `${SERVICES}/digits`)).body.revision, 2);
});

test('changes that expect another state are refused and leave nothing', async (t) => {
  const api = await deployed(t);
  const headers = { 'if-match': '"0.0"' };
  for (const [method, path, body] of [
    ['PATCH', '/digits', { config: { numReplicas: 2 } }],
    ['DELETE', '/digits', undefined],
    ['POST', '', { name: 'digits', models: ['digits'], overwrite: true }],
    ['POST', '/digits/keys', { keyType: 'Primary' }],
  ] as const) {
    const answer = await api.call(method, `${SERVICES}${path}`, { body, headers });
    assert.equal(answer.body.error?.code, 'precondition_failed', `${method} ${path}`);
  }
  const operations = await api.call('GET', '/workspaces/default/operations');
  assert.equal(operations.body.items.length, 1);
  assert.equal((await api.call('GET', `${SERVICES}/digits/revisions`)).body.items.length, 1);
});

test('a rollback runs the last healthy revision again, with the replicas, keys and pages of now', async (t) => {
  const api = await deployed(t);
  const first = await api.call('POST', `${SERVICES}/digits/rollback`);
  assert.deepEqual([first.status, first.body.error.code], [409, 'conflict']);
  await becomeHealthy(api);
  await api.register('digits');
  await api.call('PATCH', `${SERVICES}/digits`, {
    body: { models: ['digits:2'], config: { numReplicas: 3, corsOrigins: ['https://app.example'] } },
  });
  await becomeHealthy(api);

  const rolled = await api.call('POST', `${SERVICES}/digits/rollback`, { body: { revision: 1 } });
  assert.deepEqual([rolled.status, rolled.body.kind], [202, 'RollbackService']);
  const { body } = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual([body.revision, body.models, body.config.numReplicas], [3, ['digits:1'], 3]);
  assert.deepEqual(body.config.corsOrigins, ['https://app.example']);
  const unknown = await api.call('POST', `${SERVICES}/digits/rollback`, { body: { revision: 9 } });
  assert.equal(unknown.status, 404);

  const revisions = await api.call('GET', `${SERVICES}/digits/revisions`);
  assert.deepEqual(
    revisions.body.items.map((revision: { number: number; status: string }) => [
      revision.number,
      revision.status,
    ]),
    [
      [3, 'pending'],
      [2, 'active'],
      [1, 'superseded'],
    ],
  );
});

test('a service can be deleted while it is deployed, and asking again answers the same operation', async (t) => {
  const api = await deployed(t);
  const first = await api.call('DELETE', `${SERVICES}/digits`);
  const second = await api.call('DELETE', `${SERVICES}/digits`);
  assert.deepEqual([first.status, second.status], [202, 202]);
  assert.equal(first.body.kind, 'DeleteService');
  assert.equal(second.body.id, first.body.id);
  assert.equal((await api.call('GET', `${SERVICES}/digits`)).body.state, 'Deleting');
  const update = await api.call('PATCH', `${SERVICES}/digits`, { body: { tags: {} } });
  assert.equal(update.body.error.code, 'conflict');
  await api.operations.change(first.body.id, 'Failed');
  assert.notEqual((await api.call('DELETE', `${SERVICES}/digits`)).body.id, first.body.id);
});

test('services are found by model, tag and property', async (t) => {
  const api = await deployed(t);
  await api.register('other');
  await api.call('POST', SERVICES, { body: { name: 'second', models: ['other', 'digits'] } });
  const cases: readonly [string, string[]][] = [
    ['', ['digits', 'second']],
    ['?model=other', ['second']],
    ['?model=digits:1', ['digits', 'second']],
    ['?model=digits:2', []],
    ['?tag=a=1', ['digits']],
    ['?property=p', ['digits']],
    ['?computeTarget=local', ['digits', 'second']],
  ];
  for (const [query, names] of cases) {
    const { body } = await api.call('GET', `${SERVICES}${query}`);
    assert.deepEqual(
      body.items.map((service: { name: string }) => service.name),
      names,
      query,
    );
  }
});

const REFUSED = [
  ['an unknown model', { name: 'abc', models: ['nothing'] }, 'not_found'],
  ['an unknown target', { name: 'abc', models: ['digits'], computeTarget: 'my-aks' }, 'not_found'],
  ['a model named twice', { name: 'abc', models: ['digits', 'digits:1'] }, 'invalid_argument'],
  ['a bad name', { name: 'Digits', models: ['digits'] }, 'invalid_argument'],
  ['an unknown field', { name: 'abc', models: ['digits'], replicas: 2 }, 'invalid_argument'],
  [
    'an unknown field of the configuration',
    { name: 'abc', models: ['digits'], config: { replicas: 2 } },
    'invalid_argument',
  ],
] as const;

test('what cannot be deployed is refused, and leaves nothing', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  for (const [what, body, code] of REFUSED) {
    const { error } = (await api.call('POST', SERVICES, { body })).body;
    assert.equal(error.code, code, what);
    assert.ok(error.details.field ?? error.details.workspace, what);
  }
  assert.equal((await api.call('GET', '/workspaces/default/operations')).body.items.length, 0);
});

const CPU_ONLY = { cpuCores: 0.1, memoryGb: 0.1 };

/** What is said of GPUs on a target with two of them, and what a replica then has. */
const DEVICES: readonly [config: Record<string, unknown>, devices: Record<string, number>][] = [
  [{}, {}],
  [{ devices: { gpu: 2 } }, { gpu: 2 }],
  [{ executionProviders: ['cuda'] }, { gpu: 1 }],
  [{ executionProviders: ['openvino'] }, {}],
];
for (const [config, devices] of DEVICES) {
  test(`a service of models with ${JSON.stringify(config)} has ${JSON.stringify(devices)}`, async (t) => {
    const api = await startApi(t, {}, null, { gpu: 2 });
    await api.register('digits');
    const body = { name: 'digits', models: ['digits'], config: { ...CPU_ONLY, ...config } };
    const created = await api.call('POST', SERVICES, { body });
    assert.equal(created.status, 202, JSON.stringify(created.body));
    assert.deepEqual((await api.call('GET', `${SERVICES}/digits`)).body.config.devices, devices);
  });
}

test('parts of a device are refused with the reason, and so are GPU and no GPU at once', async (t) => {
  const api = await startApi(t, {}, null, { gpu: 2 });
  await api.register('digits');
  const refuse = async (config: Record<string, unknown>) => {
    const body = { name: 'digits', models: ['digits'], config };
    const { status, body: answer } = await api.call('POST', SERVICES, { body });
    assert.equal(status, 400);
    return answer.error.message as string;
  };
  assert.match(
    await refuse({ devices: { gpu: 0.5 } }),
    /^config\.devices\.gpu must be a whole number, not 0\.5: replicas never share a device\./,
  );
  assert.match(
    await refuse({ devices: { gpu: 0 }, executionProviders: ['cuda'] }),
    /^config\.devices\.gpu is 0, but config\.executionProviders asks for "cuda"/,
  );
});

test('an update changes the devices that it names, class by class', async (t) => {
  const api = await startApi(t, {}, null, { gpu: 2, fpga: 1 });
  await api.register('digits');
  const config = { ...CPU_ONLY, devices: { gpu: 1, fpga: 1 } };
  await api.call('POST', SERVICES, { body: { name: 'digits', models: ['digits'], config } });
  await api.call('PATCH', `${SERVICES}/digits`, { body: { config: { devices: { gpu: 2 } } } });
  const { body } = await api.call('GET', `${SERVICES}/digits`);
  assert.deepEqual(body.config.devices, { gpu: 2, fpga: 1 });
});

test('autoscaling is told, changed in parts, kept by a rollback, and refused with all that is wrong', async (t) => {
  const api = await deployed(t, { autoscaler: { minReplicas: 2, maxReplicas: 6 } });
  const path = `${SERVICES}/digits`;
  const shown = await api.call('GET', path);
  assert.deepEqual([shown.body.replicas, shown.body.lastScaling], [{ desired: 2, ready: 0 }, null]);
  await becomeHealthy(api);

  const bad = { config: { autoscaler: { minReplicas: 9 }, numReplicas: 2 } };
  const refused = await api.call('PATCH', path, { body: bad });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /cannot be greater than config\.autoscaler\.maxReplicas: 9 > 6/);
  assert.match(refused.body.error.message, /autoscale enabled and num_replicas provided/);
  const below = await api.call('PATCH', path, { body: { config: { autoscaler: { targetUtilization: 0 } } } });
  assert.equal(below.status, 400);
  const alone = await api.call('PATCH', path, { body: { config: { autoscaler: null } } });
  assert.match(alone.body.error.message, /autoscale disabled but num_replicas not provided/);

  const changed = await api.call('PATCH', path, { body: { config: { autoscaler: { maxReplicas: 4 } } } });
  assert.equal(changed.status, 202);
  await becomeHealthy(api);
  const { body: after } = await api.call('GET', path);
  assert.deepEqual([after.config.autoscaler.minReplicas, after.config.autoscaler.maxReplicas], [2, 4]);

  assert.equal((await api.call('POST', `${path}/rollback`, { body: {} })).status, 202);
  const { body: back } = await api.call('GET', path);
  assert.equal(back.config.autoscaler.maxReplicas, 4);
});
