import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { httpCaller } from './http-caller.ts';
import type { Address } from './http-connection.ts';
import { runLoad } from './load.ts';
import { postBytes } from './request-bytes.ts';

test('every request is sent once, over as many connections as there are callers', async (t) => {
  const bodies: string[] = [];
  const ports = new Set<number | undefined>();
  const address = await serve(t, async (request, response) => {
    assert.equal(request.headers.authorization, 'Bearer k');
    ports.add(request.socket.remotePort);
    bodies.push(await text(request));
    response.end('fine');
  });
  const requests = ['one', 'two'].map((json) => postBytes(address, { path: '/score', key: 'k', json }));
  const result = await runLoad(() => httpCaller(address, requests), { callers: 3, requests: 20 });
  assert.equal(result.errors, 0);
  assert.equal(ports.size, 3);
  assert.deepEqual(bodies.toSorted(), [...new Array(10).fill('one'), ...new Array(10).fill('two')]);
  assert.ok(result.p50 > 0 && result.p99 >= result.p50 && result.requestsPerSecond > 0);
});

test('refusals and broken connections are counted, and the rest goes on', async (t) => {
  let served = 0;
  const address = await serve(t, (request, response) => {
    served += 1;
    if (served === 2) response.writeHead(503, { 'content-length': 4 }).end('busy');
    else if (served === 4) request.socket.destroy();
    else response.end('fine');
  });
  const request = postBytes(address, { path: '/', key: 'k', json: '{}' });
  const result = await runLoad(() => httpCaller(address, [request]), { callers: 1, requests: 10 });
  assert.equal(result.errors, 2);
  assert.equal(result.firstError, 'Answered 503: busy');
  assert.equal(served, 10);
});

async function serve(t: TestContext, listener: RequestListener): Promise<Address> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { host: '127.0.0.1', port: address.port };
}
