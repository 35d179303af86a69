import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { onTestEnd, openRaw } from '@slipway/testkit';
import { digits, startGateway, startReplica } from './started-gateway.test.helper.ts';

const SCORE = '/api/v1/service/digits/score';

test('sends a request to a replica and its answer back', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'r1', async (request, response) => {
    const body = await text(request);
    response.writeHead(201, { 'content-type': 'application/json', 'x-ms-run-fn-exec-ms': '0.012' });
    response.end(
      JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
    );
  });
  await gateway.route(digits([replica]));
  const response = await fetch(`${gateway.url}${SCORE}?x=1`, {
    method: 'POST',
    body: '{"data": [1]}',
    headers: { authorization: 'Bearer key', 'x-request-id': 'mine' },
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('x-request-id'), 'mine');
  assert.equal(response.headers.get('x-ms-request-id'), 'mine');
  assert.equal(response.headers.get('x-ms-run-fn-exec-ms'), '0.012');
  const seen = (await response.json()) as Record<string, unknown> & { headers: Record<string, string> };
  assert.equal(seen['method'], 'POST');
  assert.equal(seen['url'], '/score?x=1');
  assert.equal(seen['body'], '{"data": [1]}');
  assert.equal(seen.headers['authorization'], 'Bearer key');
  assert.equal(seen.headers['x-request-id'], 'mine');
  assert.equal(seen.headers['x-forwarded-host'], `127.0.0.1:${gateway.port}`);
  assert.equal((await fetch(`${gateway.url}/api/v1/service/digits/`)).status, 201);
});

test('takes callers over HTTP/2', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'r1', async (request, response) => {
    response.end(`${request.url} ${await text(request)}`);
  });
  await gateway.route(digits([replica]));
  const session = connectHttp2(gateway.url);
  onTestEnd(t, () => session.destroy());
  for (const body of ['abc', '']) {
    const stream = session.request({ ':method': 'POST', ':path': SCORE });
    stream.end(body);
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    assert.equal(await text(stream), `/score ${body}`);
  }
});

test('says itself what no replica can', async (t) => {
  const gateway = await startGateway(t, { maxBodyBytes: 1_000 });
  await gateway.route(digits([]), { ...digits([]), name: 'small', maxBodyBytes: 10 });
  const missing =
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
  for (const { method = 'GET', path, headers = {}, body, status, answer } of [
    { path: '/', status: 200, answer: 'Healthy' },
    { path: '/else', status: 404, answer: { message: missing } },
    { path: '/api/v1/service/digits/a%2Fb', status: 404, answer: { message: missing } },
    {
      path: '/api/v1/service/digits/v1/models/a%2Fb',
      status: 404,
      answer: { error: 'Could not find any versions of model a/b' },
    },
    { path: SCORE, status: 503, answer: 'No ready replicas for service digits' },
    {
      path: '/api/v1/service/other/score',
      status: 404,
      answer: { message: 'There is no service named "other".' },
    },
    { method: 'POST', path: '/', status: 405, answer: { message: 'Method not allowed' } },
    {
      path: '/api/v1/service/digits/v2/models/mnist',
      status: 503,
      answer: { error: 'No ready replicas for service digits' },
    },
    {
      method: 'POST',
      path: '/v1/models/mnist:predict',
      status: 400,
      answer: {
        error:
          '"mnist" is a model of several services: digits, small. Call one of them below /api/v1/service/<name>.',
      },
    },
    { path: '/v2/health/live', status: 200, answer: { live: true } },
    { path: '/v2/health/ready', status: 503, answer: { ready: false, live: true } },
    { path: '/v2/else', status: 404, answer: { error: 'Not Found' } },
    {
      method: 'POST',
      path: SCORE,
      body: 'x'.repeat(1_001),
      status: 413,
      answer: { message: 'The body is 1001 bytes, but the limit is 1000 bytes.' },
    },
    {
      method: 'POST',
      path: '/api/v1/service/small/score',
      body: 'x'.repeat(11),
      status: 413,
      answer: { message: 'The body is 11 bytes, but the limit is 10 bytes.' },
    },
    {
      method: 'POST',
      path: '/api/v1/service/small/v2/models/small/infer',
      body: 'x'.repeat(11),
      status: 400,
      answer: {
        error:
          'request JSON size of 11 bytes exceeds the maximum allowed input size of 10 bytes. Raise the limit of the deployment on bodies to send more.',
      },
    },
    {
      path: SCORE,
      headers: { 'x-request-id': 'x'.repeat(101) },
      status: 431,
      answer: { message: 'x-request-id must not exceed 100 characters' },
    },
  ]) {
    const response = await fetch(`${gateway.url}${path}`, { method, headers, ...(body && { body }) });
    const said = await response.text();
    assert.equal(response.status, status, said);
    assert.deepEqual(typeof answer === 'string' ? said : JSON.parse(said), answer);
    assert.equal(response.headers.has('x-request-id'), status !== 431);
    if (said.includes('No ready replicas')) assert.equal(response.headers.get('retry-after'), '1');
  }
});

for (const { name, send, status } of [
  { name: 'dots in the path', send: 'GET /api/v1/service/digits/../other/score HTTP/1.1', status: 404 },
  { name: 'NUL in the path', send: 'GET /api/v1/service/digits/\0 HTTP/1.1', status: 400 },
  {
    name: 'another host in the path',
    send: 'GET http://evil/api/v1/service/digits/score HTTP/1.1',
    status: 404,
  },
  {
    name: 'a WebSocket',
    send: `GET ${SCORE} HTTP/1.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x`,
    status: 400,
  },
]) {
  test(`${name} is answered ${status}`, async (t) => {
    const gateway = await startGateway(t);
    const replica = await startReplica(t, 'r1', () => assert.fail('It came to the replica.'));
    await gateway.route(digits([replica]));
    const connection = await openRaw(t, gateway.port, `${send}\r\nhost: x\r\n\r\n`);
    await once(connection.socket, 'data');
    assert.match(connection.received(), new RegExp(`^HTTP/1\\.1 ${status} .*\\{"message":`, 's'));
  });
}

test('small answers of any kind of bytes come through as they are', async (t) => {
  const gateway = await startGateway(t);
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
  const replica = await startReplica(t, 'r1', (request, response) => {
    if (request.url === '/none') response.writeHead(204);
    else response.writeHead(200, { 'content-length': bytes.length });
    if (request.url === '/pieces')
      response.write(bytes.subarray(0, 100), () => response.end(bytes.subarray(100)));
    else response.end(request.url === '/none' || request.method === 'HEAD' ? undefined : bytes);
  });
  await gateway.route(digits([replica]));
  const call = (path: string, method = 'GET') =>
    fetch(`${gateway.url}/api/v1/service/digits/${path}`, { method });
  assert.deepEqual(Buffer.from(await (await call('whole')).arrayBuffer()), bytes);
  assert.deepEqual(Buffer.from(await (await call('pieces')).arrayBuffer()), bytes);
  assert.equal((await call('none')).status, 204);
  assert.equal((await call('whole', 'HEAD')).headers.get('content-length'), '512');
});

test('every method and every path of the protocols comes to the replica', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'r1', async (request, response) => {
    response.writeHead(500).end(`${request.method} ${request.url} ${await text(request)}`);
  });
  await gateway.route(digits([replica]), { ...digits([]), name: 'other', models: ['frogs'] });
  for (const [method, path, seen, status] of [
    ['DELETE', SCORE, '/score', 502],
    ['OPTIONS', SCORE, '/score', 502],
    ['PUT', '/api/v1/service/digits/v1/models/mnist', '/v1/models/mnist', 500],
    ['POST', '/v1/models/mnist:predict', '/v1/models/mnist:predict', 500],
    ['POST', '/v2/models/digits/infer', '/v2/models/digits/infer', 500],
  ] as const) {
    const body = method === 'POST' || method === 'PUT' ? 'body' : null;
    const response = await fetch(gateway.url + path, { method, body });
    assert.equal(await response.text(), `${method} ${seen} ${body ?? ''}`);
    assert.equal(response.status, status);
  }
});

test('a 500 of a replica is a 502 of the gateway, with its body', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'r1', (_request, response) => {
    response.writeHead(500, { 'x-ms-run-function-failed': 'True' });
    response.end('broken script');
  });
  await gateway.route(digits([replica]));
  const response = await fetch(gateway.url + SCORE);
  assert.equal(response.status, 502);
  assert.equal(response.headers.get('x-ms-run-function-failed'), 'True');
  assert.equal(await response.text(), 'broken script');
});

test('the least busy replica gets the request, and the state tells what is where', async (t) => {
  const gateway = await startGateway(t);
  const held = Promise.withResolvers<void>();
  const busy = await startReplica(
    t,
    'busy',
    (_request, response) => void held.promise.then(() => response.end('busy')),
  );
  const free = await startReplica(t, 'free', (_request, response) => void response.end('free'));
  await gateway.route(digits([busy]));
  const waiting = fetch(gateway.url + SCORE);
  while ((await gateway.status()).inFlight['busy'] !== 1);
  await gateway.route(digits([busy, free]));
  for (let count = 0; count < 4; count += 1)
    assert.equal(await (await fetch(gateway.url + SCORE)).text(), 'free');

  const metrics = await gateway.metrics();
  assert.match(metrics, /slipway_gateway_requests_total\{service="digits",status="200"\} 4/);
  assert.match(metrics, /slipway_gateway_replica_requests_in_flight\{replica="busy"\} 1/);
  assert.match(metrics, /slipway_gateway_request_duration_seconds_count\{service="digits"\} 4/);

  // The busy one leaves the table: its request goes on, and the state shows it until it is answered.
  assert.deepEqual((await gateway.route(digits([free]))).inFlight, { busy: 1, free: 0 });
  held.resolve();
  assert.equal(await (await waiting).text(), 'busy');
  while ('busy' in (await gateway.status()).inFlight);
});
