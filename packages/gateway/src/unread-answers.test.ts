import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { buffer, text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { ReplicaRoute } from '@slipway/contract';
import { onTestEnd, openRaw, waitFor } from '@slipway/testkit';
import { createListener } from '@slipway/transport';
import type { ForwardDeps } from './forward/try-replicas.ts';
import { INFER, STREAM, startCallReplica } from './grpc/calls.test.helper.ts';
import { createCallHandler } from './grpc/handle-call.ts';
import { createRequestHandler } from './handle-request.ts';
import { createMetrics } from './metrics.ts';
import { createRouteTable } from './routes/route-table.ts';
import { digits, startReplica } from './started-gateway.test.helper.ts';

const SCORE = '/api/v1/service/digits/score';

/** More than the gateway and the kernel keep for a caller that does not read. */
const LARGE = 32_000_000;

/** What a caller does not read, and the bytes that it takes without reading. */
const UNREAD = [
  { bytes: LARGE, windowBytes: 65_535 },
  { bytes: 1_000_000, windowBytes: 65_535 },
  { bytes: 1_000, windowBytes: 100 },
] as const;

/** A replica answers with as many bytes as it is asked for, and tells of answers that were given up. */
interface Wire {
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (text: string) => Buffer;
  readonly startReplica: (t: TestContext, gaveUp: () => void) => Promise<ReplicaRoute>;
  /** What is counted of a call that was not read, and of one that was. */
  readonly counted: readonly [unread: RegExp, read: RegExp];
}

const GRPC: Wire = {
  headers: { ':path': INFER, 'content-type': 'application/grpc', te: 'trailers' },
  encode: framed,
  startReplica: async (t, gaveUp) => {
    const unary = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      const bytes = Number(call.request);
      // Others hear it at their end, too.
      if (bytes === LARGE) call.on('cancelled', gaveUp);
      answer(null, Buffer.alloc(bytes));
    };
    return (await startCallReplica(t, 'r1', { [INFER]: unary })).route;
  },
  counted: [/grpc_calls_total\{service="digits",code="1"\} 1$/m, /grpc_calls_total\{[^}]*code="0"\} 2$/m],
};

const REST: Wire = {
  headers: { ':path': SCORE, 'content-type': 'text/plain' },
  encode: Buffer.from,
  startReplica: (t, gaveUp) =>
    startReplica(t, 'r1', async (request, response) => {
      response.on('close', () => response.writableFinished || gaveUp());
      response.end(Buffer.alloc(Number(await text(request))));
    }),
  counted: [/requests_total\{service="digits",status="499"\} 1$/m, /requests_total\{[^}]*status="200"\} 2$/m],
};

function framed(message: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, Buffer.from(message)]);
}

/** A gateway in this process that soon gives up answers that are not read. */
async function startGateway(t: TestContext, replica: ReplicaRoute) {
  const table = createRouteTable();
  onTestEnd(t, table.close);
  table.replace({ kind: 'GatewayRoutes', generation: 1, services: [digits([replica])] });
  const metrics = createMetrics({ replicas: table.replicas, inFlight: () => 0, loads: () => ({}) });
  const forward: ForwardDeps = { table, failed: () => {}, retried: () => assert.fail('A second attempt.') };
  const deps = { table, forward, metrics, proto: 'http', maxBodyBytes: 1_000 } as const;
  const onError = (error: Error) => assert.fail(error);
  const requests = createRequestHandler(deps);
  const calls = createCallHandler({ ...deps, onError });
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits: { unreadTimeoutMs: 100 },
    handler: requests.handle,
    onCall: calls.handle,
    onError,
  });
  onTestEnd(t, listener.close);
  return {
    port: listener.port,
    inFlight: () => [requests.inFlight(), calls.inFlight(), ...[...table.replicas()].map((r) => r.inFlight)],
    metrics: async () => (await metrics.render()).text,
    close: async () => {
      await listener.close();
      await table.close();
    },
  };
}

function ask(session: ClientHttp2Session, { headers, encode }: Wire, bytes: number): ClientHttp2Stream {
  const stream = session.request({ ':method': 'POST', ...headers });
  stream.end(encode(String(bytes)));
  return stream;
}

/** Those that keep the process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function atMostTimers(count: number): Promise<true> {
  // The wait has one of its own.
  return waitFor(() => timers() - 1 <= count, { what: 'the timers to be cleared' });
}

for (const [name, wire] of Object.entries({ GRPC, REST })) {
  for (const { bytes, windowBytes } of UNREAD) {
    test(`${name}: ${bytes} bytes that nobody reads are given up, on both sides`, async (t) => {
      let givenUp = 0;
      const replica = await wire.startReplica(t, () => {
        givenUp += 1;
      });
      const timersBefore = timers();
      const gateway = await startGateway(t, replica);
      const session = connect(`http://127.0.0.1:${gateway.port}`, {
        settings: { initialWindowSize: windowBytes },
      });
      onTestEnd(t, () => session.destroy());
      const unread = ask(session, wire, bytes);
      unread.pause();
      unread.on('error', () => {});
      await once(unread, 'response');
      const meanwhile = ask(session, wire, 10);
      assert.match((await buffer(meanwhile)).toString('latin1'), /\0{10}$/);

      await waitFor(() => unread.rstCode !== constants.NGHTTP2_NO_ERROR, {
        what: 'the answer to be given up',
      });
      assert.equal(unread.rstCode, constants.NGHTTP2_CANCEL);
      if (bytes === LARGE) await waitFor(() => givenUp === 1, { what: 'the replica to be told' });
      assert.match((await buffer(ask(session, wire, 10))).toString('latin1'), /\0{10}$/);
      await waitFor(
        async () => {
          const metrics = await gateway.metrics();
          return wire.counted.every((line) => line.test(metrics));
        },
        { what: 'all three to be counted' },
      );
      assert.deepEqual(gateway.inFlight(), [0, 0, 0]);
      session.destroy();
      await gateway.close();
      await atMostTimers(timersBefore);
    });
  }
}

test('HTTP/1.1: an answer that nobody reads is given up, and counted so', async (t) => {
  const gaveUp = Promise.withResolvers<void>();
  const gateway = await startGateway(t, await REST.startReplica(t, gaveUp.resolve));
  const caller = await openRaw(t, gateway.port, '');
  caller.socket.pause();
  caller.socket.write(`POST ${SCORE} HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n${LARGE}`);
  await gaveUp.promise;
  assert.match(await gateway.metrics(), REST.counted[0]);
  assert.deepEqual(gateway.inFlight(), [0, 0, 0]);
});

test('GRPC: a call that is answered before its caller has sent all leaves no timer', async (t) => {
  const { route } = await startCallReplica(t, 'r1', {
    [STREAM]: (call: ServerDuplexStream<Buffer, Buffer>) => call.end(),
  });
  const timersBefore = timers();
  const gateway = await startGateway(t, route);
  const session = connect(`http://127.0.0.1:${gateway.port}`);
  onTestEnd(t, () => session.destroy());
  const call = session.request({ ':method': 'POST', ...GRPC.headers, ':path': STREAM });
  call.resume();
  await once(call, 'close');
  session.destroy();
  await gateway.close();
  await atMostTimers(timersBefore);
});
