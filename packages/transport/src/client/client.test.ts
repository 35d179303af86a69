import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort, onTestEnd, waitFor } from '@slipway/testkit';
import type { BodyReader } from '../http-message.ts';
import { type ClientOptions, createHttpClient, type HttpClient } from './client.ts';
import type { ClientRequest, Exchange } from './exchange.ts';

const GET: ClientRequest = { method: 'GET', path: '/', headers: {}, body: null };
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** One connection of the client, as its other side sees it. */
interface Peer {
  readonly socket: Socket;
  /** Waits until so many requests have come in all. */
  asked(count?: number): Promise<string>;
  /** Settles when the client has closed it. */
  readonly closed: Promise<unknown>;
}

interface Started {
  readonly client: HttpClient;
  /** The next connection. */
  peer(): Promise<Peer>;
  /** Connections until now. */
  count(): number;
}

/** A client, and a server that says what the test says. */
async function start(t: TestContext, options: Partial<ClientOptions> = {}): Promise<Started> {
  const peers: Peer[] = [];
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    count += 1;
    peers.push(peerOf(socket));
    onTestEnd(t, () => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestEnd(t, () => void server.close());
  const client = createHttpClient({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    maxConnections: 1,
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    stallTimeoutMs: 10_000,
    ...options,
  });
  onTestEnd(t, () => client.close());
  return { client, peer: () => waitFor(() => peers.shift(), { what: 'a connection' }), count: () => count };
}

function peerOf(socket: Socket): Peer {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  return {
    socket,
    asked: (count = 1) =>
      waitFor(
        () => (text.match(/ HTTP\/1\.1\r\n/g)?.length ?? 0) >= count && text.endsWith('\r\n\r\n') && text,
        {
          what: `request ${count}`,
        },
      ),
    closed: Promise.race([once(socket, 'end'), once(socket, 'close')]),
  };
}

interface Answer extends Exchange {
  /** What the reader was told, in order. */
  readonly events: string[];
  readonly over: Promise<string>;
}

/** Sends a request and writes down what comes of it. */
function send(
  client: HttpClient,
  request: ClientRequest = GET,
  onData?: (exchange: Exchange) => void,
): Answer {
  const events: string[] = [];
  const over = Promise.withResolvers<string>();
  function tell(event: string): void {
    events.push(event);
    if (/^(end|failed)/.test(event)) over.resolve(event);
  }
  const exchange = client.send(request, {
    start: (status) => tell(`start ${status}`),
    data: (chunk) => {
      tell(`data ${chunk.toString('latin1')}`);
      onData?.(exchange);
    },
    end: () => tell('end'),
    failed: (error, stage) => tell(`failed ${stage}: ${error.message}`),
  });
  return {
    events,
    over: over.promise,
    abort: () => exchange.abort(),
    pause: () => exchange.pause(),
    resume: () => exchange.resume(),
  };
}

for (const { name, pieces, method = 'GET', events } of [
  { name: 'of known length', pieces: [OK], events: ['start 200', 'data ok', 'end'] },
  {
    name: 'in chunks, in pieces',
    pieces: ['HTTP/1.1 200 OK\r\ntransfer-enc', 'oding: chunked\r\n\r\n2\r\nok', '\r\n0\r\n\r\n'],
    events: ['start 200', 'data ok', 'end'],
  },
  { name: 'to HEAD', method: 'HEAD', pieces: [OK.slice(0, -2)], events: ['start 200', 'end'] },
  {
    name: 'behind a 100',
    pieces: ['HTTP/1.1 100 Continue\r\n\r\n', OK],
    events: ['start 200', 'data ok', 'end'],
  },
  { name: 'of 204', pieces: ['HTTP/1.1 204 No Content\r\n\r\n'], events: ['start 204', 'end'] },
]) {
  test(`an answer ${name}, and another on the same connection`, async (t) => {
    const { client, peer, count } = await start(t);
    const first = send(client, { ...GET, method });
    const server = await peer();
    assert.match(await server.asked(), new RegExp(`^${method} / HTTP/1.1\r\nhost: 127.0.0.1:\\d+\r\n\r\n$`));
    for (const piece of pieces) await new Promise((resolve) => server.socket.write(piece, resolve));
    await first.over;
    assert.deepEqual(joined(first.events), events);
    const second = send(client);
    await server.asked(2);
    server.socket.write(OK);
    assert.equal(await second.over, 'end');
    assert.equal(count(), 1);
  });
}

/** Data may come in any pieces. */
function joined(events: readonly string[]): readonly string[] {
  const data = events
    .filter((event) => event.startsWith('data '))
    .map((event) => event.slice('data '.length));
  const others = events.filter((event) => !event.startsWith('data '));
  return data.length === 0 ? others : [...others.slice(0, 1), `data ${data.join('')}`, ...others.slice(1)];
}

for (const { name, answer, over, ends = false } of [
  { name: 'says close', answer: OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'), over: 'end' },
  { name: 'holds more than the answer', answer: `${OK}HTTP/1.1 200 OK\r\n\r\n`, over: 'end' },
  { name: 'ends with the answer', answer: 'HTTP/1.1 200 OK\r\n\r\nok', over: 'end', ends: true },
  {
    name: 'ends within the answer',
    answer: OK.slice(0, -1),
    over: 'failed answering: The server closed the connection.',
    ends: true,
  },
  {
    name: 'ends within the head',
    answer: 'HTTP/1.1 200',
    over: 'failed asking: The server closed the connection.',
    ends: true,
  },
  {
    name: 'speaks no HTTP',
    answer: 'hello\r\n\r\n',
    over: 'failed asking: The answer is not valid HTTP/1.1.',
  },
  {
    name: 'has bad chunks',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n',
    over: 'failed answering: The answer is not valid HTTP/1.1.',
  },
  {
    name: 'has a head without an end',
    answer: `HTTP/1.1 200 OK\r\na: ${'b'.repeat(70_000)}`,
    over: 'failed asking: The head of the answer is too large.',
  },
]) {
  test(`a connection that ${name} is not used again`, async (t) => {
    const { client, peer, count } = await start(t);
    const first = send(client);
    const server = await peer();
    await server.asked();
    if (ends) server.socket.end(answer);
    else server.socket.write(answer);
    assert.equal(await first.over, over);
    await server.closed;
    const second = send(client);
    const other = await peer();
    await other.asked();
    other.socket.write(OK);
    assert.equal(await second.over, 'end');
    assert.equal(count(), 2);
  });
}

test('a slow reader holds back its own answer and no other', async (t) => {
  const { client, peer } = await start(t);
  // Paused within the last part, and never resumed before the next request.
  const slow = send(client, GET, (exchange) => exchange.pause());
  const server = await peer();
  await server.asked();
  server.socket.write(OK);
  assert.equal(await slow.over, 'end');
  const next = send(client);
  await server.asked(2);
  // The old handle means nothing any more.
  slow.pause();
  slow.abort();
  server.socket.write(OK);
  assert.equal(await next.over, 'end');
});

test('what came before the end of the connection is read after a pause', async (t) => {
  const { client, peer } = await start(t);
  const paused = send(client, GET, (exchange) => exchange.pause());
  const server = await peer();
  await server.asked();
  server.socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
  await waitFor(() => paused.events.length === 2, { what: 'the first part' });
  await waitFor(() => server.socket.writableFinished, { what: 'the end to be sent' });
  assert.deepEqual(paused.events, ['start 200', 'data a']);
  paused.resume();
  await waitFor(() => paused.events.length === 3, { what: 'the second part' });
  paused.resume();
  assert.equal(await paused.over, 'end');
  assert.deepEqual(paused.events, ['start 200', 'data a', 'data b', 'end']);
});

test('an exchange that is given up within its answer hears no more, and the next gets a new connection', async (t) => {
  const { client, peer, count } = await start(t);
  const first = send(client, GET, (exchange) => exchange.abort());
  const second = send(client);
  const third = send(client);
  third.abort();
  const server = await peer();
  await server.asked();
  server.socket.write(OK);
  const other = await peer();
  await other.asked();
  other.socket.write(OK);
  assert.equal(await second.over, 'end');
  assert.deepEqual(first.events, ['start 200', 'data ok']);
  assert.deepEqual(third.events, []);
  assert.equal(count(), 2);
});

test('an answer that nobody asked for ends the connection', async (t) => {
  const { client, peer } = await start(t);
  const first = send(client);
  const server = await peer();
  await server.asked();
  server.socket.write(OK);
  await first.over;
  server.socket.write(OK);
  await server.closed;
  const second = send(client);
  const other = await peer();
  await other.asked();
  other.socket.write(OK.replace('ok', 'my'));
  await second.over;
  assert.deepEqual(joined(second.events), ['start 200', 'data my', 'end']);
});

test('an answer that stops, and a connection that is idle for too long, are given up', async (t) => {
  const { client, peer } = await start(t, { stallTimeoutMs: 10, idleTimeoutMs: 10 });
  const stalled = send(client);
  const server = await peer();
  await server.asked();
  server.socket.write(OK.slice(0, -1));
  assert.equal(await stalled.over, 'failed answering: The answer stopped in the middle.');
  const whole = send(client);
  const other = await peer();
  await other.asked();
  other.socket.write(OK);
  assert.equal(await whole.over, 'end');
  await other.closed;
});

test('nobody there is told as such', async (t) => {
  const { client } = await start(t, { port: await freePort() });
  assert.match(await send(client).over, /^failed connecting: connect ECONNREFUSED/);
});

test('close fails what is under way and what waits', async (t) => {
  const { client, peer } = await start(t);
  const [carried, waiting] = [send(client), send(client)];
  await (await peer()).asked();
  client.close();
  assert.equal(await carried.over, 'failed asking: The connection is closed.');
  assert.equal(await waiting.over, 'failed connecting: The client is closed.');
});

for (const request of [
  { ...GET, path: '/ HTTP/1.1\r\nx: y' },
  { ...GET, path: '' },
  { ...GET, method: 'GET /' },
  { ...GET, headers: { 'x-a': 'b\r\nc: d' } },
]) {
  test(`${JSON.stringify(request)} is not sent, and costs no connection`, async (t) => {
    const { client, peer, count } = await start(t);
    assert.throws(() => send(client, request), TypeError);
    const good = send(client);
    const server = await peer();
    await server.asked();
    server.socket.write(OK);
    assert.equal(await good.over, 'end');
    assert.equal(count(), 1);
  });
}

test('a body that flows is sent in chunks; one that breaks ends the request', async (t) => {
  const { client, peer } = await start(t);
  let reader: BodyReader | undefined;
  const body = {
    length: undefined,
    isOver: false,
    read: (given: BodyReader) => {
      reader = given;
    },
    pause: () => undefined,
    resume: () => undefined,
  };
  const whole = send(client, { ...GET, method: 'POST', body });
  const server = await peer();
  reader?.data(Buffer.from('abc'));
  reader?.data(Buffer.alloc(0));
  reader?.end();
  const chunks = /transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/;
  await waitFor(async () => chunks.test(await server.asked()), { what: 'the whole body' });
  server.socket.write(OK);
  assert.equal(await whole.over, 'end');
  const broken = send(client, { ...GET, method: 'POST', body });
  reader?.broken();
  assert.equal(await broken.over, 'failed asking: The body of the request ended too early.');
  await server.closed;
});

test('a connection is not used again if the answer came before the end of the request', async (t) => {
  const { client, peer, count } = await start(t);
  const never = {
    length: 5,
    isOver: false,
    read: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  };
  const early = send(client, { ...GET, method: 'POST', body: never });
  const server = await peer();
  await server.asked();
  server.socket.write(OK);
  assert.equal(await early.over, 'end');
  await server.closed;
  const second = send(client);
  await (await peer()).asked();
  second.abort();
  assert.equal(count(), 2);
});
