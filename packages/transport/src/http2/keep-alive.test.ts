import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { onTestEnd } from '@slipway/testkit';
import { keepAlive } from './keep-alive.ts';

test('a connection that was given up and is not closed yet is asked nothing more', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestEnd(t, () => {
    server.close();
  });
  const opened = once(server, 'session');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client.on('error', () => {});
  onTestEnd(t, () => client.destroy());
  const [session] = (await opened) as [ServerHttp2Session];
  t.mock.timers.enable({ apis: ['setInterval'] });
  keepAlive(session, 50);
  const closed = once(session, 'close');
  session.destroy();
  t.mock.timers.tick(50);
  await closed;
});
