import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { onTestEnd, openRaw, type RawConnection, waitFor } from '@slipway/testkit';
import type { HttpHandler, HttpResponse } from '../http-message.ts';
import { createListener } from '../listener.ts';
import { whenWritten } from './write-together.ts';

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

async function start(t: TestContext, handler: HttpHandler): Promise<number> {
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    handler,
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, listener.close);
  return listener.port;
}

/** Responses to requests that have come, for the test to answer. */
function held(): { handler: HttpHandler; next(): Promise<HttpResponse> } {
  const responses: HttpResponse[] = [];
  return {
    handler: (_request, response) => void responses.push(response),
    next: () => waitFor(() => responses.shift(), { what: 'a request' }),
  };
}

async function received(connection: RawConnection, text: string): Promise<void> {
  await waitFor(() => connection.received().endsWith(text), { what: `${text} to come` });
}

test('answers of one turn are written behind it, and then those who wait for that are told', async (t) => {
  const { handler, next } = held();
  const port = await start(t, handler);
  const callers: RawConnection[] = [];
  const responses: HttpResponse[] = [];
  for (let index = 0; index < 2; index += 1) {
    callers.push(await openRaw(t, port, GET));
    responses.push(await next());
  }
  const told: string[] = [];
  for (const [index, response] of responses.entries()) {
    response.send(200, {}, `answer ${index}`);
    response.onClose(() => told.push(`sent ${index}`));
    whenWritten(() => told.push(`written ${index}`));
  }
  assert.deepEqual(told, []);
  await Promise.resolve();
  assert.deepEqual(told, [], 'what follows in the same turn comes first');
  for (const [index, caller] of callers.entries()) await received(caller, `answer ${index}`);
  assert.deepEqual(told, ['sent 0', 'sent 1', 'written 0', 'written 1']);
});

test('where nothing waits to be written, nobody waits for it', () => {
  let isTold = false;
  whenWritten(() => {
    isTold = true;
  });
  assert.ok(isTold);
});

test('an answer to a request that has not come whole is written at once', async (t) => {
  const { handler, next } = held();
  const port = await start(t, handler);
  const caller = await openRaw(t, port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nno');
  const response = await next();
  let isSent = false;
  response.send(413, {}, 'enough');
  response.onClose(() => {
    isSent = true;
  });
  assert.ok(isSent);
  await received(caller, 'enough');
});

test('an answer that is given up in its turn is not written, and the others are', async (t) => {
  const { handler, next } = held();
  const port = await start(t, handler);
  const gone = await openRaw(t, port, GET);
  const first = await next();
  const other = await openRaw(t, port, GET);
  const second = await next();
  first.send(200, {}, 'first');
  second.send(200, {}, 'second');
  first.destroy();
  await received(other, 'second');
  assert.equal(gone.received(), '');
});

test('requests that wait behind an answer are served once it is written', async (t) => {
  let count = 0;
  const port = await start(t, (_request, response) => {
    count += 1;
    response.send(200, {}, `answer ${count}`);
  });
  const caller = await openRaw(t, port, GET.repeat(50));
  await received(caller, 'answer 50');
  const numbers = [...caller.received().matchAll(/answer (\d+)/g)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});
