import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { onTestEnd, openRaw, type RawConnection, waitFor } from '@slipway/testkit';
import type { HttpHandler, HttpRequest, HttpResponse } from '../http-message.ts';
import type { TransportLimits } from '../limits.ts';
import { createListener, type Listener } from '../listener.ts';
import { readBody } from '../read-body.ts';

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok';
const LARGE = Buffer.alloc(20_000_000, 'slipway ');

async function start(
  t: TestContext,
  handler: HttpHandler,
  limits: Partial<TransportLimits> = {},
): Promise<Listener> {
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits,
    handler,
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, listener.close);
  return listener;
}

/** Answers with the body, after a turn of the loop. */
const echo: HttpHandler = async (request, response) => {
  const { body } = await readBody(request, 1_000_000);
  await new Promise((resolve) => setImmediate(resolve));
  response.send(200, {}, body ?? 'broken');
};

/** A handler that holds its requests and lets the test answer. */
function held(): { handler: HttpHandler; next(): Promise<[HttpRequest, HttpResponse]> } {
  const exchanges: [HttpRequest, HttpResponse][] = [];
  return {
    handler: (request, response) => void exchanges.push([request, response]),
    next: () => waitFor(() => exchanges.shift(), { what: 'a request' }),
  };
}

function answers(connection: RawConnection): number {
  return connection.received().match(/HTTP\/1\.1 /g)?.length ?? 0;
}

async function received(connection: RawConnection, pattern: RegExp): Promise<string> {
  await waitFor(() => pattern.test(connection.received()), { what: `${pattern} to come` });
  return connection.received();
}

test('requests in one piece are answered one by one, in order', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler);
  const caller = await openRaw(t, port, GET + GET.replace('/', '/second') + GET);
  const [, first] = await next();
  first.send(200, {}, 'one');
  const [request, second] = await next();
  assert.equal(request.url, '/second');
  assert.match(await received(caller, /one/), /one$/);
  second.send(200, {}, 'two');
  const [, third] = await next();
  third.send(200, {}, 'three');
  assert.match(await received(caller, /three/), /one.*two.*three/s);
});

test('an answer within the end of the body lets the next request be read from its beginning', async (t) => {
  const { port } = await start(t, async (request, response) => {
    await new Promise((resolve) => setImmediate(resolve));
    const chunks: Buffer[] = [];
    request.body.read({
      data: (chunk) => void chunks.push(chunk),
      end: () => response.send(200, {}, Buffer.concat(chunks)),
      broken: () => assert.fail('The body broke.'),
    });
  });
  const caller = await openRaw(t, port, POST + POST.replace('ok', 'go') + GET);
  await waitFor(() => answers(caller) === 3, { what: 'three answers' });
  assert.match(caller.received(), /\r\n\r\nok.*\r\n\r\ngo/s);
});

test('a body that is paused comes on when it is resumed, its end as well', async (t) => {
  const events: string[] = [];
  const { handler, next } = held();
  const { port } = await start(t, handler);
  await openRaw(
    t,
    port,
    'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n',
  );
  const [{ body }] = await next();
  body.read({
    data: (chunk) => {
      events.push(chunk.toString());
      body.pause();
      // At once, so that the next part must wait until this one is taken.
      body.resume();
      events.push('taken');
      body.pause();
    },
    end: () => events.push('end'),
    broken: () => events.push('broken'),
  });
  assert.deepEqual(events, ['a', 'taken']);
  body.resume();
  assert.deepEqual(events, ['a', 'taken', 'b', 'taken']);
  assert.equal(body.isOver, false);
  body.resume();
  assert.deepEqual(events, ['a', 'taken', 'b', 'taken', 'end']);
});

test('what nobody reads of a body stays with its sender', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler);
  const caller = await openRaw(
    t,
    port,
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${LARGE.length}\r\n\r\n`,
  );
  caller.socket.write(LARGE);
  const [request] = await next();
  let [bytes, isPaused] = [0, false];
  request.body.read({
    data: (chunk) => {
      assert.equal(isPaused, false, 'Nothing comes while it is paused.');
      bytes += chunk.length;
      isPaused = bytes < 1_000_000;
      if (!isPaused) return;
      request.body.pause();
      setImmediate(() => {
        isPaused = false;
        request.body.resume();
      });
    },
    end: () => undefined,
    broken: () => undefined,
  });
  await waitFor(() => request.body.isOver, { what: 'the whole body' });
  assert.equal(bytes, LARGE.length);
});

for (const { name, expect, body, version = '1.1', invited } of [
  { name: 'a caller that waits is invited', expect: '100-Continue', body: '', invited: true },
  { name: 'a caller that did not wait is not', expect: '100-continue', body: 'ok', invited: false },
  { name: 'one of HTTP/1.0 is not', expect: '100-continue', body: '', version: '1.0', invited: false },
  { name: 'one that expects something else is not', expect: 'more', body: '', invited: false },
]) {
  test(`before a body is read: ${name}`, async (t) => {
    const { port } = await start(t, echo);
    const head = `POST / HTTP/${version}\r\nhost: x\r\nexpect: ${expect}\r\ncontent-length: 2\r\n\r\n`;
    const caller = await openRaw(t, port, head + body);
    if (invited) assert.equal(await received(caller, /\r\n\r\n/), 'HTTP/1.1 100 Continue\r\n\r\n');
    if (body === '') caller.socket.write('ok');
    const text = await received(caller, /ok$/);
    assert.equal(text.includes('100 Continue'), invited);
  });
}

test('a caller whose body was not asked for is answered and not invited, and the connection ends', async (t) => {
  const { port } = await start(t, (request, response) => {
    response.send(413, {}, 'too large');
    request.body.read({ data: () => undefined, end: () => undefined, broken: () => undefined });
  });
  const head = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n';
  const caller = await openRaw(t, port, head);
  const text = await received(caller, /too large$/);
  assert.match(text, /^HTTP\/1\.1 413 .*connection: close/s);
  caller.socket.end();
  assert.equal(await caller.closed, text);
});

for (const { name, ask, answer, expected } of [
  {
    name: 'HEAD has a length and no body',
    ask: GET.replace('GET', 'HEAD'),
    answer: (response: HttpResponse) => response.send(200, {}, 'body'),
    expected: /^HTTP\/1\.1 200 OK\r\ncontent-length: 4\r\ndate: [^\r]+\r\n\r\n$/,
  },
  {
    name: '204 has neither',
    ask: GET,
    answer: (response: HttpResponse) => response.send(204, {}, ''),
    expected: /^HTTP\/1\.1 204 No Content\r\ndate: [^\r]+\r\n\r\n$/,
  },
  {
    name: '304 that was begun has no chunks',
    ask: GET,
    answer: (response: HttpResponse) => {
      response.start(304, {});
      response.write(Buffer.from('none'));
      response.end();
    },
    expected: /^HTTP\/1\.1 304 Not Modified\r\ndate: [^\r]+\r\n\r\n$/,
  },
  {
    name: 'an answer of unknown length comes in chunks',
    ask: GET,
    answer: (response: HttpResponse) => {
      response.start(200, {});
      response.write(Buffer.from('abc'));
      response.write(Buffer.alloc(0));
      response.end();
    },
    expected: /transfer-encoding: chunked\r\ndate: [^\r]+\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/,
  },
  {
    name: 'HTTP/1.0 sees it end with the connection',
    ask: 'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
    answer: (response: HttpResponse) => {
      response.start(200, {});
      response.write(Buffer.from('abc'));
      response.end();
    },
    expected: /^HTTP\/1\.1 200 OK\r\ndate: [^\r]+\r\nconnection: close\r\n\r\nabc$/,
  },
  {
    name: 'HTTP/1.0 is told that the connection goes on',
    ask: 'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
    answer: (response: HttpResponse) => response.send(200, {}, 'abc'),
    expected: /connection: keep-alive\r\n\r\nabc$/,
  },
]) {
  test(name, async (t) => {
    const { port } = await start(t, (_request, response) => answer(response));
    const caller = await openRaw(t, port, ask);
    await received(caller, expected);
  });
}

for (const [what, bytes] of [
  ['less', 'ab'],
  ['more', 'abcd'],
] as const) {
  test(`an answer of ${what} than its length ends the connection`, async (t) => {
    const { port } = await start(t, (_request, response) => {
      response.start(200, { 'content-length': 3 });
      response.write(Buffer.from(bytes));
      response.end();
    });
    const caller = await openRaw(t, port, GET + GET);
    await caller.closed;
    assert.ok(answers(caller) <= 1);
  });
}

test('a caller that reads nothing of its answer is cut off', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler, { unreadTimeoutMs: 100 });
  const caller = await openRaw(t, port, GET);
  caller.socket.pause();
  const [, response] = await next();
  const closed = new Promise<void>((resolve) => response.onClose(resolve));
  response.start(200, {});
  assert.equal(response.write(LARGE), false);
  await closed;
  const another = await openRaw(t, port, GET);
  another.socket.pause();
  const [, whole] = await next();
  whole.send(200, {}, LARGE);
  await new Promise<void>((resolve) => whole.onClose(resolve));
});

test('a caller that goes on when it has caught up is not', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler, { unreadTimeoutMs: 1_000 });
  const caller = await openRaw(t, port, GET);
  const [, response] = await next();
  response.start(200, { 'content-length': 2 * LARGE.length });
  response.write(LARGE);
  await new Promise<void>((resolve) => response.onDrain(resolve));
  response.write(LARGE);
  response.end();
  await waitFor(() => caller.received().length > 2 * LARGE.length, { what: 'all of it' });
});

test('empty lines keep no connection alive', async (t) => {
  const { port } = await start(t, echo, { headerTimeoutMs: 100, keepAliveTimeoutMs: 10_000 });
  const caller = await openRaw(t, port, '\r\n');
  const dripping = setInterval(() => caller.socket.write('\r\n'), 20);
  onTestEnd(t, () => clearInterval(dripping));
  assert.equal(await caller.closed, '');
});

test('a body that trickles is answered 408', async (t) => {
  const { port } = await start(t, echo, { requestTimeoutMs: 100 });
  const caller = await openRaw(t, port, POST.slice(0, -1));
  assert.match(await caller.closed, /^HTTP\/1\.1 408 /);
});

test('a caller that resets while an answer is on its way has no further request run', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler);
  const caller = await openRaw(t, port, GET + GET);
  caller.socket.pause();
  const [, response] = await next();
  const closed = new Promise<void>((resolve) => response.onClose(resolve));
  response.send(200, {}, LARGE);
  caller.socket.resetAndDestroy();
  await closed;
  const other = await openRaw(t, port, GET.replace('/', '/other'));
  const [request, last] = await next();
  assert.equal(request.url, '/other');
  last.send(200, {}, '');
  await once(other.socket, 'data');
});

test('what has been sent before the end of the connection is answered', async (t) => {
  const { port } = await start(t, (_request, response) => response.send(200, {}, 'done'));
  const caller = await openRaw(t, port, '');
  caller.socket.end(GET + GET);
  assert.equal((await caller.closed).match(/done/g)?.length, 2);
});

test('a body that ends too early breaks for its reader, and the caller is told', async (t) => {
  const { handler, next } = held();
  const { port } = await start(t, handler);
  const caller = await openRaw(t, port, POST.slice(0, -1));
  const [request] = await next();
  const result = readBody(request, 100);
  caller.socket.end();
  assert.equal((await result).error?.code, 'cancelled');
  assert.match(await caller.closed, /^HTTP\/1\.1 400 .*in the middle of the request/s);
});
