import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addModel, waitFor } from '@slipway/testkit';
import { keyAuth, startReplica } from '../../replica-fixtures.ts';

const GOOD = '{"inputs":{"a":[[1,2]],"b":[[3,4]]}}';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOT_FOUND =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';

interface SwaggerDocument {
  readonly swagger?: string;
  readonly openapi?: string;
  readonly paths: Record<string, { post?: { operationId: string } }>;
  readonly securityDefinitions: { Bearer: { type: string } };
  readonly definitions: {
    ServiceInput: { required: string[]; properties: { inputs: { properties: Record<string, unknown> } } };
  };
}

test('addresses and methods answer as Azure says', async (t) => {
  const { url } = await startReplica(t, { model: addModel() });
  const rows: [string, string, number, RegExp | { message: string }][] = [
    ['GET', '/', 200, /^Healthy$/],
    ['GET', '/livez', 200, /^Healthy$/],
    ['GET', '/readyz', 200, /^ready$/],
    ['GET', '/nothing', 404, { message: NOT_FOUND }],
    ['GET', '/score/', 404, { message: NOT_FOUND }],
    ['GET', '/score', 405, { message: 'Method not allowed' }],
    ['OPTIONS', '/score', 200, /^$/],
    ['POST', '/', 405, { message: 'The method is not allowed for the requested URL.' }],
    [
      'GET',
      '/swagger.json?version=4',
      404,
      /^Swagger version \[4\] is not valid. Supported versions: \["2", "3", "3.1"\].$/,
    ],
    ['GET', '/metrics', 200, /slipway_requests_total\{status="404"\} 3/],
  ];
  for (const [method, path, status, body] of rows) {
    const response = await fetch(url + path, { method });
    const text = await response.text();
    assert.equal(response.status, status, `${method} ${path}`);
    if (body instanceof RegExp) assert.match(text, body);
    else assert.deepEqual(JSON.parse(text), body);
    assert.match(response.headers.get('x-request-id') ?? '', ID);
  }
});

test('a score has the headers of Azure', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const { headers } = await replica.score(GOOD, { 'x-ms-client-request-id': 'mine' });
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('x-ms-run-function-failed'), 'False');
  assert.match(headers.get('x-ms-run-fn-exec-ms') ?? '', /^\d+\.\d{3}$/);
  assert.match(headers.get('x-ms-server-version') ?? '', /^slipway\/\d/);
  assert.match(headers.get('x-request-id') ?? '', ID);
  assert.equal(headers.get('x-ms-request-id'), 'mine');
  assert.equal(headers.get('x-ms-client-request-id'), 'mine');

  const long = await replica.score(GOOD, { 'x-request-id': 'x'.repeat(101) });
  assert.equal(long.status, 431);
  assert.deepEqual(await long.json(), { message: 'x-request-id must not exceed 100 characters' });
  assert.equal(long.headers.get('x-request-id'), null);
});

test('keys are asked for, and change without a restart', async (t) => {
  const replica = await startReplica(t, { model: addModel(), auth: keyAuth(1, 'first', 'second') });
  const status = async (authorization: string) => (await replica.score(GOOD, { authorization })).status;
  for (const good of ['Bearer first', 'bearer second', 'BEARER   first', 'first']) {
    assert.equal(await status(good), 200, good);
  }
  for (const bad of [
    'Bearer third',
    'Bearer',
    'Bearer firs',
    'Basic Zmlyc3Q=',
    `Bearer ${'x'.repeat(5000)}`,
  ]) {
    assert.equal(await status(bad), 401, bad);
  }
  const missing = await replica.score(GOOD);
  assert.equal(await missing.text(), 'Unauthorized, no Authorization header');
  assert.equal(missing.headers.get('www-authenticate'), 'Bearer');
  const wrong = await replica.score(GOOD, { authorization: 'Bearer third' });
  assert.deepEqual(await wrong.json(), { message: 'Unauthorized, invalid key' });
  assert.equal((await fetch(`${replica.url}/swagger.json`)).status, 401);
  for (const open of ['/', '/livez', '/readyz', '/metrics', '/monitoring/prometheus/metrics']) {
    assert.equal((await fetch(replica.url + open)).status, 200, open);
  }

  const replace = async (content: string) => {
    await writeFile(join(replica.folder, 'auth.tmp'), content);
    await rename(join(replica.folder, 'auth.tmp'), join(replica.folder, 'auth.json'));
  };
  await replace(JSON.stringify(keyAuth(2, 'third')));
  await waitFor(async () => (await status('Bearer third')) === 200, { what: 'the new key to be in force' });
  assert.equal(await status('Bearer first'), 401);

  await replace('{"kind": "ServiceAuth"');
  const reloaded = await replica.admin('POST', '/reload');
  assert.equal(((await reloaded.json()) as { authGeneration: number }).authGeneration, 2);
  assert.equal(await status('Bearer third'), 200);
  assert.match(replica.process.stdout(), /keys before it stay in force/);
  assert.doesNotMatch(replica.process.stdout(), /first|second|third/);
});

test('the swagger document tells the real signature in every version', async (t) => {
  const { url } = await startReplica(t, { model: addModel() });
  const document = async (query: string) =>
    (await fetch(`${url}/swagger.json${query}`)).json() as Promise<SwaggerDocument>;
  const two = await document('');
  assert.equal(two.swagger, '2.0');
  assert.deepEqual(
    Object.keys(two.paths),
    ['/', '/score', '/swagger.json'].map((path) => `/api/v1/service/digits${path}`),
  );
  assert.equal(two.paths['/api/v1/service/digits/score']?.post?.operationId, 'RunMLService');
  assert.equal(two.securityDefinitions.Bearer.type, 'apiKey');
  assert.deepEqual(two.definitions.ServiceInput.required, ['inputs']);
  assert.deepEqual(two.definitions.ServiceInput.properties.inputs.properties['a'], {
    type: 'array',
    items: { type: 'array', items: { type: 'number', format: 'float' }, minItems: 2, maxItems: 2 },
  });
  assert.equal((await document('?version=3')).openapi, '3.0.3');
  assert.equal((await document('?version=3.1')).openapi, '3.1.0');
});
