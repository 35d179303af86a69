import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type ServerHttp2Stream } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { onTestEnd, waitFor } from '@slipway/testkit';
import type { TransportLimits } from '../limits.ts';
import { createListener } from '../listener.ts';
import { OpenStreams } from './open-streams.ts';

/** More than a caller's window, and the same again. */
const PIECE = Buffer.alloc(100_000, 'slipway ');

interface Started {
  readonly session: ClientHttp2Session;
  /** The calls as the listener sees them. */
  readonly calls: readonly ServerHttp2Stream[];
}

/** Answers every request and every call with two pieces; the caller gives `windowBytes` for what it does not read. */
async function start(
  t: TestContext,
  windowBytes: number,
  limits?: Partial<TransportLimits>,
): Promise<Started> {
  const calls: ServerHttp2Stream[] = [];
  const { port, close } = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits,
    handler: (_request, response) => response.send(200, {}, PIECE),
    onCall: (stream) => {
      calls.push(stream);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.write(PIECE);
      stream.end(PIECE);
    },
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, close);
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: windowBytes } });
  onTestEnd(t, () => session.destroy());
  return { session, calls };
}

for (const windowBytes of [0, 65_535]) {
  for (const type of ['application/grpc', 'application/json']) {
    test(`an answer that nobody reads is given up: ${type}, window of ${windowBytes} bytes`, async (t) => {
      const { session } = await start(t, windowBytes, { unreadTimeoutMs: 50 });
      const stream = session.request({ ':method': 'POST', ':path': '/', 'content-type': type });
      stream.end();
      stream.pause();
      stream.on('error', () => {});
      await waitFor(() => stream.rstCode !== constants.NGHTTP2_NO_ERROR, {
        what: 'the answer to be given up',
      });
      assert.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
      assert.equal(session.closed, false);
    });
  }
}

test('an answer of which something was read between two looks is not given up', async (t) => {
  const { session, calls } = await start(t, 65_535);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/',
    'content-type': 'application/grpc',
  });
  stream.on('error', () => {});
  stream.pause();
  await once(stream, 'response');
  const [call] = calls;
  assert.ok(call);
  const streams = new OpenStreams();
  streams.add(call);
  streams.resetStalled(0, 100);
  const before = call.writableLength;
  stream.once('data', () => stream.pause());
  stream.resume();
  await waitFor(
    () => {
      stream.read();
      return call.writableLength < before;
    },
    { what: 'the first piece to be sent' },
  );
  streams.resetStalled(150, 100);
  assert.equal(call.closed, false);
  streams.resetStalled(250, 100);
  assert.equal(call.closed, true);
});
