import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type TestContext, test } from 'node:test';
import type { SlipwayError } from '@slipway/contract';
import { onTestEnd } from '@slipway/testkit';
import type { CallHandler } from './grpc-call.ts';
import type { TransportLimits } from './limits.ts';
import { createListener, type Listener } from './listener.ts';

const GRPC = { ':method': 'POST', ':path': '/a.Service/Do', 'content-type': 'application/grpc+proto' };

interface Started {
  readonly listener: Listener;
  readonly session: ClientHttp2Session;
  readonly errors: readonly SlipwayError[];
}

async function start(
  t: TestContext,
  onCall: CallHandler,
  limits?: Partial<TransportLimits>,
): Promise<Started> {
  const errors: SlipwayError[] = [];
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits,
    handler: (_request, response) => response.send(200, {}, 'HTTP'),
    onCall,
    onError: (error) => errors.push(error),
  });
  onTestEnd(t, listener.close);
  const session = connect(`http://127.0.0.1:${listener.port}`);
  onTestEnd(t, () => session.destroy());
  return { listener, session, errors };
}

const answer: CallHandler = (stream) => {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' },
    { endStream: true },
  );
};

async function headersOf(stream: ClientHttp2Stream) {
  stream.on('error', () => {});
  const [headers] = await once(stream, 'response');
  stream.resume();
  return headers;
}

function closed(stream: ClientHttp2Stream): Promise<void> {
  stream.on('error', () => {});
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

test('calls of gRPC go to their handler, all other requests to that of HTTP', async (t) => {
  const { session } = await start(t, answer);
  for (const [type, grpcStatus] of [
    ['application/grpc', '0'],
    ['application/grpc+proto', '0'],
    ['Application/GRPC;charset=x', '0'],
    ['application/grpc-web', undefined],
    ['application/json', undefined],
  ] as const) {
    const headers = await headersOf(session.request({ ...GRPC, 'content-type': type }));
    assert.equal(headers['grpc-status'], grpcStatus, type);
  }
});

test('a call over HTTP/1.1 is told that it cannot be', async (t) => {
  const { listener } = await start(t, answer);
  const response = await fetch(`http://127.0.0.1:${listener.port}/a.Service/Do`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc' },
    body: 'x',
  });
  assert.equal(response.status, 505);
  assert.deepEqual(await response.json(), {
    message: 'gRPC is spoken over HTTP/2 alone; this is HTTP/1.1.',
  });
});

test('a drain tells by GOAWAY, waits for the calls, and closes', async (t) => {
  const begun = Promise.withResolvers<Parameters<CallHandler>>();
  const { listener, session } = await start(t, (...call) => begun.resolve(call));
  const stream = session.request(GRPC);
  const [serverStream, headers] = await begun.promise;
  const goaway = once(session, 'goaway');
  const drained = listener.drain(10_000);
  await goaway;
  answer(serverStream, headers);
  assert.equal((await headersOf(stream))['grpc-status'], '0');
  stream.end();
  assert.equal(await drained, true);
});

test('a call that a drain does not see end is cut off', async (t) => {
  const begun = Promise.withResolvers<void>();
  const { listener, session } = await start(t, () => begun.resolve());
  session.on('error', () => {});
  const cutOff = closed(session.request(GRPC));
  await begun.promise;
  assert.equal(await listener.drain(20), false);
  await cutOff;
});

test('a defect in the handler ends its call alone, and is reported', async (t) => {
  const { session, errors } = await start(t, () => {
    throw new TypeError('broken');
  });
  const stream = session.request(GRPC);
  await closed(stream);
  assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR);
  assert.deepEqual(
    errors.map((error) => [error.code, (error.cause as Error).message]),
    [['internal', 'broken']],
  );
  assert.equal(session.closed, false);
});

test('an open call keeps its connection for as long as the other side answers pings', async (t) => {
  const pinged = Promise.withResolvers<void>();
  const { session } = await start(t, () => {}, { keepAliveTimeoutMs: 20 });
  const stream = session.request(GRPC);
  let pings = 0;
  session.on('ping', () => {
    pings += 1;
    if (pings === 3) pinged.resolve();
  });
  await pinged.promise;
  assert.equal(stream.closed, false);
});
