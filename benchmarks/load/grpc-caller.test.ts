import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { onTestEnd } from '@slipway/testkit';
import { grpcCallers } from './grpc-caller.ts';

/** A connection to a server that has just closed it. */
async function closedByTheOther(t: Parameters<typeof onTestEnd>[0]) {
  const server = createServer().listen(0, '127.0.0.1');
  onTestEnd(t, () => void server.close());
  await once(server, 'listening');
  const accepted = once(server, 'session') as Promise<[ServerHttp2Session]>;
  const { port } = server.address() as AddressInfo;
  const open = grpcCallers({ host: '127.0.0.1', port }, { path: '/a/b', message: new Uint8Array(1) });
  const caller = await open();
  const [session] = await accepted;
  session.destroy();
  return caller;
}

test('a call over a connection that was closed meanwhile fails, and does not wait for ever', async (t) => {
  const caller = await closedByTheOther(t);
  await assert.rejects(caller.call(0));
  await caller.close();
});
