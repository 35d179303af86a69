import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '@slipway/testkit';
import {
  startError,
  startServerProcess,
  startTestServer,
  stopAll,
  testHome,
} from './fixtures/test-server.ts';

test('a second server on a home says which process holds it', async (t) => {
  const home = await testHome(t);
  const server = await startTestServer(t, home);
  const second = await startServerProcess(t, home);
  assert.equal((await second.exit).code, 1);
  const { code, message } = startError(second);
  assert.equal(code, 'conflict');
  assert.match(
    message,
    new RegExp(`held by process ${server.process.pid}, which listens at ${server.info.url}`),
  );
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  await stopAll(server);
  await assert.rejects(stat(join(home, 'server.json')), { code: 'ENOENT' });
});

test('a port in use is named with its option', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  for (const [flag, other] of [
    ['--port', '--gateway-port'],
    ['--gateway-port', '--port'],
  ] as const) {
    const server = await startServerProcess(t, await testHome(t), [flag, String(port), other, '0']);
    assert.equal((await server.exit).code, 1);
    assert.match(startError(server).message, new RegExp(`Port ${port} .* is in use .* with ${flag}`));
  }
});

test('wrong arguments are all told at once', async (t) => {
  const args = ['--port', '70000', '--gateway-port', 'x', '--tls-cert', 'a', '--log-level', 'loud'];
  const server = await startServerProcess(t, await testHome(t), args);
  assert.equal((await server.exit).code, 1);
  const { code, message } = startError(server);
  assert.equal(code, 'invalid_argument');
  for (const part of ['--port "70000"', '--gateway-port "x"', '--tls-key', '--log-level']) {
    assert.ok(message.includes(part), message);
  }
});

test('Ctrl-C takes everything along', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  assert.deepEqual(await server.process.stop('SIGINT'), { code: 0, signal: null });
  await waitFor(async () => (await fetch(server.info.gatewayUrl).catch(() => 'gone')) === 'gone', {
    what: 'the end of the gateway',
  });
});
