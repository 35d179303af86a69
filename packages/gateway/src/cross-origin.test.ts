import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossOrigin } from '@slipway/transport';
import { digits, startGateway, startReplica } from './started-gateway.test.helper.ts';

const APP = 'https://app.example';

const PATHS = ['/api/v1/service/digits/score', '/v1/models/mnist:predict', '/v2/models/mnist/infer'];

test('a page is answered by the gateway as by a replica, and told everything once', async (t) => {
  const gateway = await startGateway(t);
  let asked = 0;
  const replica = await startReplica(t, 'r1', ({ method = '', headers }, response) => {
    asked += 1;
    response.writeHead(401, { ...crossOrigin([APP], { method, headers })?.headers });
    response.end('Unauthorized');
  });
  await gateway.route(digits([replica], { corsOrigins: [APP] }));
  for (const path of PATHS) {
    const ask = (method: string, origin: string) =>
      fetch(gateway.url + path, { method, headers: { origin } });
    asked = 0;
    const preflight = await ask('OPTIONS', APP);
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers.get('access-control-allow-origin'), APP);
    assert.match(
      preflight.headers.get('access-control-allow-headers') ?? '',
      /inference-header-content-length/,
    );
    assert.equal(asked, 0);

    const refusal = await ask('POST', APP);
    assert.equal(refusal.status, 401);
    // `get` joins what was sent several times.
    assert.equal(refusal.headers.get('access-control-allow-origin'), APP);
    assert.equal(refusal.headers.get('vary'), 'Origin');

    const stranger = await ask('POST', 'https://other.example');
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
    assert.equal(stranger.headers.get('vary'), 'Origin');
  }
});

test('a page can read what the gateway itself has to say', async (t) => {
  const gateway = await startGateway(t);
  const changes = { corsOrigins: ['*'], maxBodyBytes: 10 };
  await gateway.route(digits([], changes), { ...digits([]), name: 'closed' });
  const post = async (service: string, init: RequestInit) => {
    const url = `${gateway.url}/api/v1/service/${service}/score`;
    const { status, headers } = await fetch(url, { method: 'POST', ...init });
    return [status, headers.get('access-control-allow-origin')];
  };
  const headers = { origin: APP };
  assert.deepEqual(await post('digits', { headers }), [503, '*']);
  assert.deepEqual(await post('digits', { headers, body: '[1,2,3,4,5,6]' }), [413, '*']);
  assert.deepEqual(await post('digits', { headers: { ...headers, 'x-request-id': 'x'.repeat(101) } }), [
    431,
    '*',
  ]);
  assert.deepEqual(await post('closed', { headers }), [503, null]);
});
