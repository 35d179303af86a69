import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openRaw, TEST_CERTIFICATES, temporaryFolder, waitFor } from '@slipway/testkit';
import { API_TOKEN, startApi } from './api.test.support.ts';

const MODELS = '/workspaces/default/models';

/** For tests that only ask, and for those whose requests are refused. */
const shared = await startApi({ after }, { publicHost: 'slipway.example' });

test('health and the description are for everyone, the rest is not', async () => {
  const health = await shared.call('GET', '/health', { token: null });
  assert.deepEqual([health.status, health.body], [200, { status: 'ok', version: '1.2.3' }]);
  assert.equal((await shared.call('GET', '/openapi.json', { token: null })).status, 200);
  for (const token of [null, '', 'wrong', `${API_TOKEN}x`]) {
    const answer = await shared.call('GET', '/workspaces', { token });
    assert.deepEqual([answer.status, answer.body.error.code], [401, 'unauthenticated']);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  }
  assert.equal((await shared.call('GET', '/nothing/here', { token: null })).status, 401);
});

const REQUESTS: readonly [string, string, number][] = [
  ['a name that was rebound to this machine', 'Host: evil.example', 403],
  ['no name at all', 'X: y', 400],
  ['a page of another site', 'Host: localhost:1\r\nOrigin: http://evil.example', 403],
  ['a page of another port', 'Host: localhost:1\r\nOrigin: http://localhost:2', 403],
  ['a page without an origin', 'Host: localhost:1\r\nOrigin: null', 403],
  ['what the browser calls cross-site', 'Host: localhost:1\r\nSec-Fetch-Site: cross-site', 403],
  ['its own page', 'Host: localhost:1\r\nOrigin: http://localhost:1\r\nSec-Fetch-Site: same-origin', 200],
  ['localhost', 'Host: LOCALHOST', 200],
  ['an IPv6 address', 'Host: [::1]:7070', 200],
  ['a name that was allowed', 'Host: slipway.example:7070', 200],
];
for (const [what, headers, status] of REQUESTS) {
  test(`a request from ${what} gets ${status}`, async (t) => {
    const text = `GET /api/v1/workspaces HTTP/1.1\r\n${headers}\r\nAuthorization: Bearer ${API_TOKEN}\r\nConnection: close\r\n\r\n`;
    const answer = await (await openRaw(t, Number(new URL(shared.url).port), text)).closed;
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 403) assert.match(answer, /"permission_denied"/);
  });
}

test('request ids come back; what is no id is replaced', async () => {
  const given = await shared.call('GET', '/health', { headers: { 'x-request-id': 'my-id' } });
  assert.equal(given.headers.get('x-request-id'), 'my-id');
  const tooLong = await shared.call('GET', '/health', { headers: { 'x-request-id': 'x'.repeat(101) } });
  assert.match(tooLong.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(given.headers.get('cache-control'), 'no-store');
});

const DEEP = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
const BODIES: readonly [string, string | Uint8Array, number, RegExp][] = [
  ['malformed JSON', '{"name": ', 400, /not JSON: Unexpected end/],
  ['ten thousand levels', `{"name":${DEEP}}`, 400, /deeper than 100 levels/],
  ['brackets in a string', JSON.stringify({ name: '['.repeat(200) }), 400, /files is missing/],
  ['a string that does not end', `{"a":"${'\\"['.repeat(100)}`, 400, /not JSON/],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, /UTF-8/],
  ['a key that reaches the prototype', '{"__proto__": {"x": 1}}', 400, /has a key "__proto__"/],
  ['an empty body', '', 400, /body/i],
  ['an array', '[]', 400, /The body must be object/],
  ['null', 'null', 400, /The body must be object/],
  ['an unknown field', '{"name": "a", "files": [], "nmae": 1}', 400, /nmae is not a field.*files/],
  ['a tag that is no text', '{"name": "a", "files": [], "tags": {"a": 1}}', 400, /tags\.a must be string/],
  ['a tag with a line break', '{"name": "a", "files": [], "tags": {"a\\nb": 1}}', 400, /tags\.a\nb is not/],
];
for (const [what, body, status, message] of BODIES) {
  test(`a body with ${what} is refused, and the server goes on`, async () => {
    const answer = await shared.call('POST', MODELS, { body });
    assert.deepEqual([answer.status, answer.body.error.code], [status, 'invalid_argument']);
    assert.match(answer.body.error.message, message);
    assert.equal((await shared.call('GET', MODELS)).status, 200);
  });
}

test('every wrong field is named, also those of inner objects', async () => {
  const { body } = await shared.call('POST', '/workspaces/default/services', {
    body: {
      name: 'A',
      models: 'digits',
      description: 5,
      config: { numReplicas: 1.5, memoryGbLimit: 'x', profile: 'fast', replicas: 2 },
    },
  });
  const problems = body.error.details.problems.map(
    ({ field, message }: Record<string, string>) => `${field} ${message}`,
  );
  assert.deepEqual(problems.toSorted(), [
    'config.memoryGbLimit must be number or null',
    'config.numReplicas must be integer',
    'config.profile must be one of latency, throughput',
    'config.replicas is not a field of config',
    'description must be string or null',
    'models must be array',
    `name is refused: ${problems[0]?.slice('name is refused: '.length)}`,
  ]);
  assert.match(problems.join(), /service name is invalid: it must only consist of lowercase letters/);
});

test('a body that is too large, of another type, or of another length is refused', async (t) => {
  const api = await startApi(t);
  const large = await api.call('POST', '/workspaces', { body: { name: 'x'.repeat(2_000_000) } });
  assert.deepEqual([large.status, large.body.error.code], [413, 'payload_too_large']);
  const xml = await api.call('POST', '/workspaces', {
    body: '<a/>',
    headers: { 'content-type': 'text/xml' },
  });
  assert.deepEqual([xml.status, xml.body.error.code], [415, 'unsupported_media_type']);
  const plain = await api.call('POST', '/workspaces', {
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(plain.status, 415, 'what a browser sends without asking first is no JSON');

  const port = Number(new URL(api.url).port);
  const head = `POST /api/v1/workspaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${API_TOKEN}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
  const longer = await openRaw(t, port, `${head}Content-Length: 100\r\n\r\n{"name": "short"}`);
  longer.socket.end();
  assert.doesNotMatch(await longer.closed, /^HTTP\/1.1 2/);
  const twice = await openRaw(t, port, `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`);
  assert.match(await twice.closed, /^HTTP\/1.1 400 .*"code":"invalid_argument"/s);
  assert.equal((await api.call('GET', '/workspaces')).body.items.length, 1);
});

const PATHS: readonly [string, readonly number[]][] = [
  ['/workspaces/..%2f..%2fx', [400, 404]],
  ['/workspaces/%2e%2e%2fx/models', [400, 404]],
  ['/workspaces/default/models/..%2fx', [400]],
  ['/workspaces/default/models/a%00b', [400]],
  ['/workspaces/default/models/digits:0', [400]],
  [`/workspaces/default/models/${'x'.repeat(300)}`, [400]],
  [`/workspaces/default/models/${'x'.repeat(3000)}`, [404]],
  ['/workspaces/default/services/..%2f', [400]],
  ['/workspaces/default/services/a%00bc', [400]],
  ['/workspaces/default/operations/..', [400, 404]],
  ['/workspaces/default/operations/a%2fb', [400]],
  ['/workspaces/%zz', [400]],
  ['/../../etc/passwd', [404]],
  ['/workspaces/no-such-one', [404]],
  ['/workspaces/no-such-one/services', [404]],
  ['/workspaces/default/services?modle=x', [400]],
  ['/workspaces/default/services?limit=0', [400]],
  ['/workspaces/default/services?limit=x', [400]],
];
for (const [path, statuses] of PATHS) {
  test(`GET ${path.slice(0, 60)} is refused`, async () => {
    const answer = await shared.call('GET', path);
    assert.ok(statuses.includes(answer.status), `${answer.status}: ${JSON.stringify(answer.body)}`);
    assert.ok(answer.body.error.message.length > 10);
  });
}

test('a method that an address does not take is 405 with those that it does', async () => {
  const answer = await shared.call('DELETE', MODELS);
  assert.deepEqual([answer.status, answer.body.error.code], [405, 'method_not_allowed']);
  assert.equal(answer.headers.get('allow'), 'GET, POST');
});

test('creating with the same key is done once, also at the same time; with another body it is a conflict', async (t) => {
  const api = await startApi(t);
  const headers = { 'idempotency-key': 'key 1' };
  const create = (body: unknown) => api.call('POST', '/workspaces', { body, headers });
  const { read } = api.store;
  let reads = 0;
  const noteRead = () => {
    reads += 1;
  };
  Object.assign(api.store, { read: (work: Parameters<typeof read>[0]) => read(work).finally(noteRead) });
  const bothHaveRead = api.store.write(() => waitFor(() => reads === 2, { what: 'both to find no answer' }));
  const [first, second] = await Promise.all([create({ name: 'one' }), create({ name: 'one' })]);
  await bothHaveRead;
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.deepEqual(second.body, first.body);
  assert.equal(second.headers.get('etag'), first.headers.get('etag'));
  const other = await create({ name: 'two' });
  assert.deepEqual([other.status, other.body.error.code], [409, 'conflict']);
  const again = await api.call('POST', '/workspaces', { body: { name: 'one' } });
  assert.equal(again.body.error.code, 'already_exists');
  const bad = await api.call('POST', '/workspaces', {
    body: { name: 'x1' },
    headers: { 'idempotency-key': 'x'.repeat(129) },
  });
  assert.equal(bad.body.error.details.field, 'idempotency-key');
});

test('a creation that failed may be tried again with its key', async (t) => {
  const api = await startApi(t);
  const headers = { 'idempotency-key': 'k' };
  const body = { name: 'digits', models: ['digits'] };
  assert.equal((await api.call('POST', '/workspaces/default/services', { body, headers })).status, 404);
  await api.register('digits');
  const first = await api.call('POST', '/workspaces/default/services', { body, headers });
  const second = await api.call('POST', '/workspaces/default/services', { body, headers });
  assert.deepEqual([first.status, second.status, second.body.id], [202, 202, first.body.id]);
});

test('workspaces are made, read and deleted when they are empty', async (t) => {
  const api = await startApi(t);
  const made = await api.call('POST', '/workspaces', { body: { name: 'lab', tags: { a: '1' } } });
  assert.equal(made.status, 201);
  assert.equal(made.headers.get('etag'), `"${made.body.etag}"`);
  assert.deepEqual((await api.call('GET', '/workspaces/lab')).body, made.body);
  assert.equal((await api.call('DELETE', '/workspaces/lab')).status, 204);
  await api.register('digits');
  assert.equal((await api.call('DELETE', '/workspaces/default')).body.error.code, 'conflict');
});

test('the local compute target shows what the machine has', async () => {
  const { body } = await shared.call('GET', '/workspaces/default/computes');
  assert.deepEqual(body.items[0].capacity, { cpuCores: 4, memoryGb: 8, devices: {} });
  assert.equal(body.items[0].servicesUrl, 'http://127.0.0.1:7080');
  assert.equal((await shared.call('GET', '/workspaces/default/computes/local')).body.type, 'local');
  assert.equal((await shared.call('GET', '/workspaces/default/computes/my-aks')).status, 404);
});

test('shutdown answers first', async (t) => {
  const api = await startApi(t);
  const answer = await api.call('POST', '/shutdown', { body: { services: 'keep' } });
  assert.deepEqual([answer.status, answer.body], [202, { services: 'keep' }]);
  await waitFor(() => api.shutdowns.length === 1, { what: 'the shutdown' });
  await api.call('POST', '/shutdown');
  await waitFor(() => api.shutdowns.length === 2, { what: 'the second one' });
  await api.call('POST', '/shutdown', { body: '' });
  await waitFor(() => api.shutdowns.length === 3, { what: 'the third one' });
  assert.deepEqual(api.shutdowns, ['keep', 'stop', 'stop']);
  assert.equal((await api.call('POST', '/shutdown', { body: { services: 'x' } })).status, 400);
});

test('a network address needs TLS, and TLS serves', async (t) => {
  await assert.rejects(startApi(t, { host: '0.0.0.0' }), {
    code: 'invalid_argument',
    message: /without TLS/,
  });
  const folder = await temporaryFolder(t);
  const { cert, key } = TEST_CERTIFICATES.first;
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  await assert.rejects(startApi(t, { tls }), { code: 'invalid_argument', message: /cert\.pem/ });
  await writeFile(tls.certFile, cert);
  await writeFile(tls.keyFile, key);
  const api = await startApi(t, { tls });
  assert.match(api.url, /^https:/);
  assert.equal(await healthOver(api.url, cert), 200);

  const renewed = TEST_CERTIFICATES.second;
  await assert.rejects(healthOver(api.url, renewed.cert), /certificate/);
  await writeFile(tls.certFile, renewed.cert);
  await writeFile(tls.keyFile, renewed.key);
  const trusted = () => healthOver(api.url, renewed.cert).catch(() => undefined);
  await waitFor(async () => (await trusted()) === 200, { what: 'the new certificate to be in use' });
});

/** The status of a health request from a client that trusts this certificate alone. */
function healthOver(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const get = httpsRequest(`${url}/api/v1/health`, { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    get.once('error', reject).end();
  });
}

test('a port that is taken is said so', async (t) => {
  const api = await startApi(t);
  const port = Number(new URL(api.url).port);
  await assert.rejects(startApi(t, { port }), { code: 'conflict', message: /is taken/ });
});

test('what nobody expected is logged, and not told to the client', async (t) => {
  const api = await startApi(t);
  await api.store.close();
  const closed = await api.call('GET', '/workspaces');
  assert.deepEqual([closed.status, closed.headers.get('retry-after')], [503, '1']);
  api.fleet.capacity = () => {
    throw new TypeError('the secret of the house');
  };
  api.contentStore.uploads.begin = () => Promise.reject(new TypeError('the secret of the house'));
  const { status, body } = await api.call('POST', '/uploads', { headers: { 'x-request-id': 'abc' } });
  assert.deepEqual([status, body.error.code], [500, 'internal']);
  assert.match(body.error.message, /abc/);
  assert.doesNotMatch(body.error.message, /secret/);
  assert.match(api.logs.join(''), /the secret of the house/);
});
