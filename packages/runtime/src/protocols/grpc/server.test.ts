import assert from 'node:assert/strict';
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Metadata } from '@grpc/grpc-js';
import { SlipwayError } from '@slipway/contract';
import { onTestEnd, waitFor } from '@slipway/testkit';
import { createListener, type Listener, type TransportLimits } from '@slipway/transport';
import { pino } from 'pino';
import { createMetrics } from '../../observability/metrics.ts';
import { createStatistics } from '../../observability/statistics.ts';
import type { ServiceContext } from '../service-context.ts';
import { statusName } from '../tfserving/grpc/errors.ts';
import { callStream, callUnary, openClient } from './client-fixtures.ts';
import { statusOf } from './errors.ts';
import { writeFrame } from './frames.ts';
import { type GrpcService, streaming, unary } from './method.ts';
import { createGrpcServer, type GrpcServer } from './server.ts';

const MAX_MESSAGE = 2_000_000;
const KEY = 'the key';

interface Started {
  readonly listener: Listener;
  readonly server: GrpcServer;
  /** Calls of `Hang` whose callers still wait. */
  readonly waiting: () => number;
  /** The memory of every message to `Measure`. */
  readonly memories: readonly ArrayBufferLike[];
  /** The metrics as text. */
  readonly metrics: () => Promise<string>;
}

function echo(bytes: Uint8Array) {
  return { chunks: [bytes], byteLength: bytes.length };
}

async function start(t: TestContext, limits?: Partial<TransportLimits>): Promise<Started> {
  const hanging: { readonly aborted: boolean }[] = [];
  const memories: ArrayBufferLike[] = [];
  const service: GrpcService = {
    name: 'test.Echo',
    needsAuthorization: true,
    openMethods: ['Open'],
    methods: {
      Echo: unary(echo),
      Open: unary(echo),
      Fail: unary(() => new SlipwayError('not_found', 'No “such” thing, 100%')),
      Throw: unary(() => {
        throw new TypeError('a secret of the inside');
      }),
      Hang: unary((_message, call) => {
        hanging.push(call.signal);
        return new Promise(() => {});
      }),
      Measure: unary(({ buffer, length }) => {
        memories.push(buffer);
        return echo(Buffer.from(String(length)));
      }),
      Stream: streaming(async function* (messages) {
        for await (const message of messages) {
          if (message.length === 0) throw new SlipwayError('invalid_argument', 'An empty message.');
          yield echo(message);
        }
      }),
    },
    statusOf,
  };
  const of = context();
  const server = createGrpcServer([service], of);
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits,
    handler: (_request, response) => response.send(404, {}, ''),
    onCall: server.onCall,
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, listener.close);
  return {
    listener,
    server,
    memories,
    waiting: () => hanging.filter(({ aborted }) => !aborted).length,
    metrics: () => of.metrics.text(),
  };
}

function context(): ServiceContext {
  const statistics = createStatistics();
  return {
    service: 'echo',
    maxBodyBytes: MAX_MESSAGE,
    bothOutputNames: false,
    corsOrigins: [],
    authenticator: {
      check: (header) => (header === undefined ? 'no header' : header === KEY ? undefined : 'invalid key'),
      generation: () => 1,
      reload: async () => {},
      close: () => {},
    },
    metrics: createMetrics({
      loads: () => [],
      statistics,
      spans: () => undefined,
      tfservingStatus: statusName,
    }),
    statistics,
    log: pino({ level: 'silent' }),
    phase: () => 'ready',
    dataPlane: () => undefined,
    models: [],
    modelControl: undefined,
    newId: () => 'an-id',
  };
}

const ALLOWED = { metadata: { authorization: KEY } };

test('messages of every size come back as they went', async (t) => {
  const { listener } = await start(t);
  const client = openClient(t, listener.port);
  for (const size of [0, 1, 16_384, 16_385, 602_112, MAX_MESSAGE]) {
    const message = Buffer.alloc(size, 'slipway');
    const { status, message: answer } = await callUnary(client, '/test.Echo/Echo', message, ALLOWED);
    assert.equal(status, 'OK');
    assert.ok(answer?.equals(message), String(size));
  }
});

test('what goes wrong is told as a status with its text', async (t) => {
  const { listener } = await start(t);
  const client = openClient(t, listener.port);
  const tooLarge = Buffer.alloc(MAX_MESSAGE + 1);
  const rows: [string, Buffer, Record<string, string>, string, RegExp][] = [
    ['Fail', Buffer.of(), ALLOWED.metadata, 'NOT_FOUND', /^No “such” thing, 100%$/],
    ['Throw', Buffer.of(), ALLOWED.metadata, 'INTERNAL', /^An unexpected internal error occurred/],
    ['Nothing', Buffer.of(), ALLOWED.metadata, 'UNIMPLEMENTED', /\/test\.Echo\/Nothing is not served here/],
    ['Echo', Buffer.of(), {}, 'UNAUTHENTICATED', /^Unauthorized, no Authorization header$/],
    ['Echo', Buffer.of(), { authorization: 'x' }, 'UNAUTHENTICATED', /^Unauthorized, invalid key$/],
    ['Open', Buffer.of(), {}, 'OK', /^$/],
    [
      'Echo',
      tooLarge,
      ALLOWED.metadata,
      'RESOURCE_EXHAUSTED',
      /^Received message larger than max \(2000001 vs/,
    ],
    [
      'Echo',
      Buffer.of(),
      { ...ALLOWED.metadata, 'x-request-id': 'x'.repeat(101) },
      'INVALID_ARGUMENT',
      /100/,
    ],
  ];
  for (const [method, message, metadata, status, text] of rows) {
    const outcome = await callUnary(client, `/test.Echo/${method}`, message, { metadata });
    assert.equal(outcome.status, status, method);
    assert.match(outcome.text, text);
  }
  const unknown = await callUnary(client, '/other.Service/Do', Buffer.of());
  assert.deepEqual([unknown.status, unknown.text], ['UNIMPLEMENTED', 'unknown service other.Service']);
});

for (const compression of [1, 2] as const) {
  test(`messages compressed by the caller are answered compressed (${compression})`, async (t) => {
    const { listener } = await start(t);
    const client = openClient(t, listener.port, compression);
    const message = Buffer.alloc(100_000, 'slipway');
    const { status, message: answer } = await callUnary(client, '/test.Echo/Echo', message, ALLOWED);
    assert.equal(status, 'OK');
    assert.ok(answer?.equals(message));
    const { answers } = await callStream(client, '/test.Echo/Stream', [message, message], ALLOWED);
    assert.ok(answers.length === 2 && answers.every((one) => one.equals(message)));
  });
}

test('a call is raw HTTP/2 as the protocol has it', async (t) => {
  const { listener } = await start(t);
  const packed = gzipSync(Buffer.alloc(5_000, 'a'));
  const gzip = { 'grpc-encoding': 'gzip' };
  const bomb = gzipSync(Buffer.alloc(MAX_MESSAGE + 1));
  const one = frame('ab');
  const rows: [string, Record<string, string>, Buffer, string, RegExp][] = [
    ['good', {}, one, '0', /^$/],
    ['with an id', { 'x-request-id': 'mine' }, one, '0', /^$/],
    ['gzip', gzip, frame(packed, true), '0', /^$/],
    ['gzip, but this message is not', gzip, one, '0', /^$/],
    ['more than the limit once it is inflated', gzip, frame(bomb, true), '8', /larger than max/],
    ['no gzip', gzip, frame('ab', true), '3', /cannot be decompressed as gzip/],
    ['compressed, nobody says how', {}, frame('ab', true), '3', /no grpc-encoding/],
    ['unknown encoding', { 'grpc-encoding': 'snappy' }, one, '12', /snappy/],
    ['no message', {}, Buffer.of(), '12', /no message/],
    ['two messages', {}, Buffer.concat([one, one]), '12', /more than one/],
    ['half a message', {}, one.subarray(0, 6), '3', /in the middle of a message/],
    ['no flag', {}, Buffer.from('0700000000', 'hex'), '3', /flag 7/],
    ['no timeout', { 'grpc-timeout': 'soon' }, one, '3', /grpc-timeout/],
    ['a deadline that is over', { 'grpc-timeout': '0n' }, one, '4', /deadline/],
  ];
  for (const [name, headers, body, status, text] of rows) {
    const { head, trailers } = await rawCall(t, listener.port, '/test.Echo/Echo', headers, body);
    assert.equal(head[':status'], 200, name);
    assert.equal(head['content-type'], 'application/grpc');
    assert.equal(head['grpc-accept-encoding'], 'identity,deflate,gzip');
    const end = { ...head, ...trailers };
    assert.equal(end['x-request-id'], status === '0' ? headers['x-request-id'] : 'an-id', name);
    assert.equal(end['grpc-status'], status, name);
    assert.match(decodeURIComponent(String(end['grpc-message'] ?? '')), text, name);
  }
});

function frame(bytes: string | Buffer, compressed = false): Buffer {
  return Buffer.concat(writeFrame(echo(Buffer.from(bytes)), compressed));
}

function rawCall(t: TestContext, port: number, path: string, headers: object, body: Buffer) {
  const session = connect(`http://127.0.0.1:${port}`);
  onTestEnd(t, () => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    authorization: KEY,
    ...headers,
  });
  stream.end(body);
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (found) => {
    head = found;
  });
  stream.on('trailers', (found) => {
    trailers = found;
  });
  stream.resume();
  return new Promise<{ head: IncomingHttpHeaders; trailers: IncomingHttpHeaders }>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('close', () => resolve({ head, trailers }));
  });
}

test('a call whose deadline is over, or whose caller leaves, is waited for by nobody', async (t) => {
  const { listener, waiting } = await start(t);
  const client = openClient(t, listener.port);
  const { status } = await callUnary(client, '/test.Echo/Hang', Buffer.of(), { ...ALLOWED, timeoutMs: 50 });
  assert.equal(status, 'DEADLINE_EXCEEDED');
  await waitFor(async () => waiting() === 0, { what: 'the deadline to end the call' });

  const session = connect(`http://127.0.0.1:${listener.port}`);
  onTestEnd(t, () => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': '/test.Echo/Hang',
    'content-type': 'application/grpc',
    authorization: KEY,
  });
  stream.on('error', () => {});
  stream.end(frame(''));
  await waitFor(async () => waiting() === 1, { what: 'the call to wait' });
  stream.close(constants.NGHTTP2_CANCEL);
  await waitFor(async () => waiting() === 0, { what: 'the call to be given up' });
});

test('a stream answers messages in their order, and an error ends it after what was answered', async (t) => {
  const { listener } = await start(t);
  const client = openClient(t, listener.port);
  const messages = Array.from({ length: 100 }, (_, index) => Buffer.from(`message ${index}`));
  const good = await callStream(client, '/test.Echo/Stream', messages, ALLOWED);
  assert.deepEqual(good.answers.map(String), messages.map(String));
  assert.equal(good.status, 'OK');
  const bad = await callStream(client, '/test.Echo/Stream', [Buffer.from('a'), Buffer.of()], ALLOWED);
  assert.deepEqual(
    [bad.answers.map(String), bad.status, bad.text],
    [['a'], 'INVALID_ARGUMENT', 'An empty message.'],
  );
});

test('a drain ends open streams, which would go on for ever', async (t) => {
  const { listener, server } = await start(t);
  const client = openClient(t, listener.port);
  const identity = (bytes: Buffer) => bytes;
  const metadata = new Metadata();
  metadata.set('authorization', KEY);
  const call = client.makeBidiStreamRequest('/test.Echo/Stream', identity, identity, metadata);
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  call.on('data', () => answered.resolve());
  call.on('error', () => {});
  call.on('status', ({ details }) => ended.resolve(details));
  call.write(Buffer.from('a'));
  await answered.promise;
  server.drain();
  assert.equal(await listener.drain(5_000), true);
  assert.equal(await ended.promise, 'The replica is about to stop; open the stream again.');
});

test('answers that their callers do not read are given up and counted, one of them in the middle of a stream', async (t) => {
  const { listener, metrics } = await start(t, { unreadTimeoutMs: 100 });
  for (const method of ['Echo', 'Stream']) {
    const session = connect(`http://127.0.0.1:${listener.port}`);
    onTestEnd(t, () => session.destroy());
    const stream = session.request({
      ':method': 'POST',
      ':path': `/test.Echo/${method}`,
      'content-type': 'application/grpc',
      authorization: KEY,
    });
    stream.pause();
    stream.on('error', () => {});
    stream.write(Buffer.concat(writeFrame(echo(Buffer.alloc(MAX_MESSAGE)))));
    if (method === 'Echo') stream.end();
    await waitFor(() => stream.rstCode === constants.NGHTTP2_CANCEL, { what: 'the call to be reset' });
  }
  await waitFor(async () => /^slipway_errors_total\{[^}]*code="cancelled"\} 2$/m.test(await metrics()), {
    what: 'both to be counted',
  });
});

test('large messages give their memory back once they are answered', async (t) => {
  const { listener, memories } = await start(t);
  const client = openClient(t, listener.port);
  for (const size of [602_112, MAX_MESSAGE]) {
    const outcome = await callUnary(client, '/test.Echo/Measure', Buffer.alloc(size), ALLOWED);
    assert.equal(String(outcome.message), String(size));
  }
  assert.deepEqual(
    memories.map(({ byteLength }) => byteLength),
    [0, 0],
  );
});
