import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { onTestEnd, TEST_CERTIFICATES, temporaryFolder, waitFor } from '@slipway/testkit';
import {
  digits,
  readState,
  startGateway,
  startGatewayProcess,
  startReplica,
  writeConfig,
} from './started-gateway.test.helper.ts';

const SCORE = '/api/v1/service/digits/score';

test('a port in use: the state says so, and the process fails', async (t) => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestEnd(t, () => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const config = await writeConfig(t, { listen: { host: '127.0.0.1', port } });
  const started = await startGatewayProcess(t, config);
  assert.equal((await started.exit).code, 1);
  const state = await readState(config);
  assert.equal(state.phase, 'failed');
  assert.equal(state.error?.code, 'conflict');
  assert.match(state.error?.message ?? '', new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`));
});

test('a set-up that cannot be used is refused with all its faults', async (t) => {
  const config = await writeConfig(t, { adminToken: 'short', drainGraceSeconds: -1 });
  const started = await startGatewayProcess(t, config);
  assert.equal((await started.exit).code, 1);
  assert.match(started.stdout(), /adminToken .*; drainGraceSeconds /);
});

test('starts with the routes that are there', async (t) => {
  const replica = await startReplica(t, 'r1', (_request, response) => void response.end('here'));
  const folder = await temporaryFolder(t);
  const routesFile = join(folder, 'routes.json');
  const routes = { kind: 'GatewayRoutes', generation: 7, services: [digits([replica])] };
  await writeFile(routesFile, JSON.stringify(routes));
  const gateway = await startGateway(t, { routesFile });
  assert.equal((await gateway.status()).routesGeneration, 7);
  assert.equal(await (await fetch(gateway.url + SCORE)).text(), 'here');

  // Neither an older table nor a damaged one takes the place of the one in force.
  await writeFile(routesFile, JSON.stringify({ ...routes, generation: 6, services: [] }));
  assert.equal((await gateway.admin('POST', '/reload')).status, 200);
  await writeFile(routesFile, JSON.stringify({ ...routes, generation: 8, services: [{ name: 'digits' }] }));
  const refused = await gateway.admin('POST', '/reload');
  assert.equal(refused.status, 500);
  const { error } = (await refused.json()) as { error: { code: string; message: string } };
  assert.equal(error.code, 'invalid_argument');
  assert.match(error.message, /services\.0 must have required/);
  assert.equal((await gateway.status()).routesGeneration, 7);
  assert.equal(await (await fetch(gateway.url + SCORE)).text(), 'here');
});

test('drains: answers what runs, then ends', async (t) => {
  const gateway = await startGateway(t);
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const replica = await startReplica(t, 'r1', (_request, response) => {
    arrived.resolve();
    void held.promise.then(() => response.end('done'));
  });
  await gateway.route(digits([replica]));
  const running = fetch(gateway.url + SCORE);
  await arrived.promise;
  const stopped = gateway.process.stop('SIGTERM');
  await waitFor(async () => (await readState(gateway.config)).phase === 'draining', {
    what: 'the gateway to drain',
  });
  await assert.rejects(fetch(gateway.url));
  held.resolve();
  assert.equal(await (await running).text(), 'done');
  assert.deepEqual(await stopped, { code: 0, signal: null });
});

test('serves over TLS, to callers of HTTP/1.1 and HTTP/2', async (t) => {
  const folder = await temporaryFolder(t);
  const tls = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  await writeFile(tls.certFile, TEST_CERTIFICATES.first.cert);
  await writeFile(tls.keyFile, TEST_CERTIFICATES.first.key);
  const gateway = await startGateway(t, { tls });
  const replica = await startReplica(t, 'r1', (request, response) => {
    response.end(request.headers['x-forwarded-proto']);
  });
  await gateway.route(digits([replica]));
  const ca = TEST_CERTIFICATES.first.cert;

  const request = httpsRequest(`https://127.0.0.1:${gateway.port}${SCORE}`, { ca, agent: false }).end();
  const [response] = await once(request, 'response');
  assert.equal(await text(response), 'https');

  const session = connectHttp2(`https://127.0.0.1:${gateway.port}`, { ca });
  onTestEnd(t, () => session.destroy());
  assert.equal(await text(session.request({ ':path': SCORE })), 'https');
});
