import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as http1Request } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { request as https1Request } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { onTestEnd, openRaw, TEST_CERTIFICATES, temporaryFolder } from '@slipway/testkit';
import type { CertificateFiles } from './certificate.ts';
import type { HttpHandler } from './http-message.ts';
import type { TransportLimits } from './limits.ts';
import { createListener, type Listener } from './listener.ts';
import { readBody } from './read-body.ts';

const BODY = Buffer.alloc(300_000, 'slipway ');

interface Started extends Listener {
  readonly errors: SlipwayError[];
}

async function start(
  t: TestContext,
  handler: HttpHandler,
  options: { tls?: CertificateFiles; limits?: Partial<TransportLimits> } = {},
): Promise<Started> {
  const errors: SlipwayError[] = [];
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: options.tls ?? null,
    limits: options.limits,
    handler,
    onError: (error) => errors.push(error),
  });
  onTestEnd(t, listener.close);
  return { ...listener, errors };
}

/** Answers with the protocol's version and the body that came. */
const echo: HttpHandler = async (request, response) => {
  const { body } = await readBody(request, 1_000_000);
  response.send(200, { 'x-version': String(request.version) }, body ?? '');
};

async function certificateFiles(t: TestContext): Promise<CertificateFiles> {
  const folder = await temporaryFolder(t);
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  await writeFile(files.certFile, TEST_CERTIFICATES.first.cert);
  await writeFile(files.keyFile, TEST_CERTIFICATES.first.key);
  return files;
}

async function overHttp1(url: string): Promise<string> {
  const send = url.startsWith('https') ? https1Request : http1Request;
  const request = send(url, { method: 'POST', ca: TEST_CERTIFICATES.first.cert, agent: false });
  request.end(BODY);
  const [response] = await once(request, 'response');
  assert.deepEqual(await buffer(response), BODY);
  return response.headers['x-version'];
}

async function overHttp2(t: TestContext, url: string): Promise<string> {
  const session = connectHttp2(url, { ca: TEST_CERTIFICATES.first.cert });
  onTestEnd(t, () => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.end(BODY);
  const [headers] = await once(stream, 'response');
  assert.deepEqual(await buffer(stream), BODY);
  return String(headers['x-version']);
}

test('one port in clear speaks both protocols', async (t) => {
  const { port } = await start(t, echo);
  assert.equal(await overHttp1(`http://127.0.0.1:${port}/`), '1');
  assert.equal(await overHttp2(t, `http://127.0.0.1:${port}`), '2');
});

test('one port over TLS speaks both protocols', async (t) => {
  const { port } = await start(t, echo, { tls: await certificateFiles(t) });
  assert.equal(await overHttp1(`https://127.0.0.1:${port}/`), '1');
  assert.equal(await overHttp2(t, `https://127.0.0.1:${port}`), '2');
});

test('a request that comes byte by byte, and two that come at once', async (t) => {
  const { port } = await start(t, echo);
  const ask = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok';
  const slow = await openRaw(t, port, '');
  slow.socket.setNoDelay(true);
  for (const byte of ask) await new Promise<void>((resolve) => slow.socket.write(byte, () => resolve()));
  slow.socket.end();
  assert.match(await slow.closed, /^HTTP\/1\.1 200 OK.*\r\n\r\nok$/s);
  const pipelined = await openRaw(t, port, ask + ask);
  pipelined.socket.end();
  assert.equal((await pipelined.closed).match(/HTTP\/1\.1 200/g)?.length, 2);
});

test('a caller that closes its connection while it waits takes its request with it', async (t) => {
  const asked = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const { port } = await start(t, (_request, response) => {
    response.onClose(closed.resolve);
    asked.resolve();
  });
  const caller = await openRaw(t, port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked.promise;
  caller.socket.destroy();
  await closed.promise;
});

test('a defect in the handler is a 500 and is reported', async (t) => {
  const { port, errors } = await start(t, async () => {
    throw new TypeError('broken');
  });
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(response.status, 500);
  assert.deepEqual(await response.json(), { message: 'An internal server error occurred.' });
  assert.deepEqual(
    errors.map((error) => [error.code, (error.cause as Error).message]),
    [['internal', 'broken']],
  );
});

test('a port in use is named', async (t) => {
  const { port } = await start(t, echo);
  const options = { host: '127.0.0.1', port, tls: null, handler: echo, onError: () => undefined };
  await assert.rejects(createListener(options), (error) => {
    assert.ok(error instanceof SlipwayError);
    assert.equal(error.code, 'conflict');
    assert.match(error.message, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`));
    return true;
  });
});

for (const { name, send, status } of [
  { name: 'no HTTP at all', send: 'hello there\r\n\r\n', status: 400 },
  {
    name: 'a bad Content-Length',
    send: 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1e3\r\n\r\n',
    status: 400,
  },
  {
    name: 'two lengths',
    send: 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 400,
  },
  {
    name: 'headers over the limit',
    send: `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(3_000)}\r\n\r\n`,
    status: 431,
  },
  { name: 'headers that never end', send: 'GET / HTTP/1.1\r\nhost: x\r\na: b', status: 408 },
]) {
  test(`${name} is answered ${status} with a message, and closed`, async (t) => {
    const { port } = await start(t, echo, { limits: { maxHeaderBytes: 2_000, headerTimeoutMs: 50 } });
    const connection = await openRaw(t, port, send);
    assert.match(
      await connection.closed,
      new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\n\\r\\n\\{"message":"[^"]+"\\}$`, 's'),
    );
  });
}

for (const silent of ['', 'PRI * HT']) {
  test(`a connection that says only ${JSON.stringify(silent)} is closed`, async (t) => {
    const { port } = await start(t, echo, { limits: { headerTimeoutMs: 50 } });
    const connection = await openRaw(t, port, silent);
    assert.equal(await connection.closed, '');
  });
}

test('an idle HTTP/2 connection is closed', async (t) => {
  const { port } = await start(t, echo, { limits: { keepAliveTimeoutMs: 50 } });
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestEnd(t, () => session.destroy());
  await once(session, 'close');
});

test('a body that does not arrive in time ends the request, on HTTP/2 too', async (t) => {
  const { port } = await start(t, async (request) => void (await readBody(request, 1_000_000)), {
    limits: { requestTimeoutMs: 50 },
  });
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestEnd(t, () => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.write('a');
  await once(stream, 'close');
  assert.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
});

test('connections over the limit are closed', async (t) => {
  const { port } = await start(t, echo, { limits: { maxConnections: 1 } });
  const first = await openRaw(t, port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(first.socket, 'data');
  const second = await openRaw(t, port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  assert.equal(await second.closed, '');
});

test('drains: finishes what runs, then closes, and says that it was clean', async (t) => {
  const { handler, release, running } = gate();
  const listener = await start(t, handler);
  const idle = await openRaw(t, listener.port, '');
  const http1 = await openRaw(t, listener.port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const session = connectHttp2(`http://127.0.0.1:${listener.port}`);
  onTestEnd(t, () => session.destroy());
  const stream = session.request({ ':path': '/' });
  await running(2);

  const goaway = once(session, 'goaway');
  const drained = listener.drain(10_000);
  await goaway;
  await idle.closed;
  await assert.rejects(fetch(`http://127.0.0.1:${listener.port}/`));
  release();
  assert.equal(await text(stream as Readable), 'done');
  assert.match(await http1.closed, /connection: close.*done/is);
  assert.equal(await drained, true);
});

test('drains: what takes longer than the grace is cut off, and it says so', async (t) => {
  const { handler, running } = gate();
  const listener = await start(t, handler);
  const stuck = await openRaw(t, listener.port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await running(1);
  assert.equal(await listener.drain(20), false);
  assert.equal(await stuck.closed, '');
});

/** A handler whose requests all wait until `release`. */
function gate(): { handler: HttpHandler; release: () => void; running: (count: number) => Promise<void> } {
  let count = 0;
  let changed = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    handler: async (_request, response) => {
      count += 1;
      changed.resolve();
      changed = Promise.withResolvers();
      await opened.promise;
      response.send(200, {}, 'done');
    },
    release: opened.resolve,
    running: async (wanted) => {
      while (count < wanted) await changed.promise;
    },
  };
}
