import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, onTestEnd, runProcess, TEST_CERTIFICATES, temporaryFolder } from '@slipway/testkit';
import { type Routes, sendError, sendJson, startControlPlane } from './fixtures/control-plane.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

function clientOf(url: string): HttpClient {
  return createHttpClient({ url, token: 'secret', tokenFile: undefined, workspace: 'default' });
}

async function start(t: Parameters<typeof startControlPlane>[0], routes: Routes) {
  const server = await startControlPlane(t, routes);
  return { server, client: clientOf(server.url) };
}

test('the token, the body and the answer travel', async (t) => {
  const { client } = await start(t, {
    'POST /echo': async ({ request, url }) => ({
      authorization: request.headers.authorization,
      type: request.headers['content-type'],
      body: (await Array.fromAsync(request)).join(''),
      query: url.search,
    }),
    'DELETE /gone': ({ response }) => void response.writeHead(204).end(),
  });
  const query = { a: 'x y', many: ['1', '2'], none: undefined };
  assert.deepEqual(await client.json({ method: 'POST', path: '/echo', body: { b: 1 }, query }), {
    authorization: 'Bearer secret',
    type: 'application/json',
    body: '{"b":1}',
    query: '?a=x+y&many=1&many=2',
  });
  assert.equal(await client.json({ method: 'DELETE', path: '/gone' }), undefined);
});

test('errors of the API come back as they were thrown; others by their status', async (t) => {
  const { client } = await start(t, {
    'GET /used': ({ response }) =>
      sendError(response, 409, 'in_use', 'Used by digits.', { users: ['digits'] }),
    'GET /proxy': ({ response }) => void response.writeHead(502).end('<html>bad gateway</html>'),
    'GET /text': ({ response }) => void response.end('this is not JSON'),
  });
  await assert.rejects(client.json({ path: '/used' }), {
    code: 'in_use',
    message: 'Used by digits.',
    details: { users: ['digits'] },
  });
  await assert.rejects(client.json({ path: '/proxy' }), { code: 'unavailable', message: /502.*bad gateway/ });
  await assert.rejects(client.json({ path: '/text' }), { code: 'internal', message: /not JSON/ });
});

test('where nothing listens, the error names the URL and what to do', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await assert.rejects(clientOf(url).json({ path: '/health' }), {
    code: 'unavailable',
    message: `Cannot reach the control plane at ${url} (ECONNREFUSED). Start it with "slipway up", or say where it is by SLIPWAY_URL.`,
  });
});

test('a broken connection is tried again where that does no harm, and only there', async (t) => {
  const keys = new Set<unknown>();
  const flaky: Routes[string] = ({ attempt, response }) =>
    attempt < 3 ? void response.destroy() : { attempt };
  const { client } = await start(t, {
    'GET /flaky': flaky,
    'POST /safe': flaky,
    'POST /unsafe': flaky,
    'POST /made': ({ attempt, request, response }) => {
      keys.add(request.headers['idempotency-key']);
      return attempt < 3 ? void response.destroy() : { attempt };
    },
  });
  assert.deepEqual(await client.json({ path: '/flaky' }), { attempt: 3 });
  assert.deepEqual(await client.json({ method: 'POST', path: '/safe', repeatable: true }), { attempt: 3 });
  await assert.rejects(client.json({ method: 'POST', path: '/unsafe' }), { code: 'unavailable' });
  assert.deepEqual(await client.json({ method: 'POST', path: '/made', once: true }), { attempt: 3 });
  assert.equal(keys.size, 1);
  assert.match(String([...keys][0]), /^[0-9a-f-]{36}$/);
});

test('every call ends: by its timeout, or when its caller gives up', async (t) => {
  const { client } = await start(t, { 'GET /silent': () => undefined });
  await assert.rejects(client.json({ path: '/silent', timeoutMs: 50 }), { code: 'deadline_exceeded' });
  const caller = new AbortController();
  const call = client.json({ path: '/silent', signal: caller.signal });
  caller.abort();
  await assert.rejects(call, { code: 'cancelled' });
  await assert.rejects(client.json({ path: '/silent', signal: caller.signal }), { code: 'cancelled' });
});

test('a listing is read to its last page', async (t) => {
  const { client, server } = await start(t, {
    'GET /things': ({ url, response }) => {
      const from = Number(url.searchParams.get('cursor') ?? 0);
      sendJson(response, 200, { items: [from, from + 1], nextCursor: from < 4 ? String(from + 2) : null });
    },
  });
  assert.deepEqual(await client.list({ path: '/things', query: { tag: ['a'] } }), [0, 1, 2, 3, 4, 5]);
  assert.equal(server.calls.at(-1), 'GET /things?limit=500&tag=a&cursor=4');
});

test('a redirect is refused, so that the token stays with its server', async (t) => {
  const { client } = await start(t, {
    'GET /away': ({ response }) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  });
  await assert.rejects(client.json({ path: '/away' }), { code: 'unsupported', message: /redirect/ });
});

test('https is checked against NODE_EXTRA_CA_CERTS', async (t) => {
  const { cert, key } = TEST_CERTIFICATES.first;
  const server = createServer({ cert, key }, (_, response) => void response.end('{"status":"ok"}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestEnd(t, async () => {
    server.close();
    await once(server, 'close');
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(clientOf(url).json({ path: '/health' }), { message: /NODE_EXTRA_CA_CERTS/ });

  const ca = join(await temporaryFolder(t), 'ca.pem');
  await writeFile(ca, cert);
  const script = `
    const { connectControlPlane } = await import(process.argv[1]);
    const controlPlane = await connectControlPlane({ url: process.argv[2] });
    console.log((await controlPlane.health()).status);`;
  const { stdout } = await runProcess(
    t,
    process.execPath,
    ['--input-type=module', '-e', script, '--', new URL('./index.js', import.meta.url).href, url],
    { env: { NODE_EXTRA_CA_CERTS: ca } },
  );
  assert.equal(stdout.trim(), 'ok');
});
