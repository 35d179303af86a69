import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onTestEnd, openRaw, waitFor } from '@slipway/testkit';
import type { HttpHandler } from './http-message.ts';
import { createListener } from './listener.ts';
import { readBody } from './read-body.ts';

/** More than the kernel keeps for a caller that does not read. */
const LARGE = Buffer.alloc(16_000_000, 'slipway ');

const HEAD = 'POST /large HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n';

/** What callers say before they stall, and how many of them: a thousand in all. Only the last wait for an answer. */
const STALLED = [
  { text: '\r\n', count: 300 },
  { text: HEAD.slice(0, -2), count: 300 },
  { text: `${HEAD}o`, count: 300 },
  { text: `${HEAD}ok`, count: 100 },
] as const;

const answer: HttpHandler = async (request, response) => {
  await readBody(request, 100);
  response.send(200, {}, request.url === '/large' ? LARGE : 'small');
};

test('a thousand callers that stall keep nobody waiting, and are closed when their time is over', async (t) => {
  const { port, close } = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits: { headerTimeoutMs: 3_000, requestTimeoutMs: 3_000, unreadTimeoutMs: 3_000 },
    handler: answer,
    onError: (error) => assert.fail(error),
  });
  onTestEnd(t, close);

  const open = new Set<unknown>();
  for (const { text, count } of STALLED) {
    for (let left = count; left > 0; left -= 1) {
      const { socket, closed } = await openRaw(t, port, text);
      const readsNothing = text.endsWith('ok');
      if (readsNothing) socket.pause();
      else {
        open.add(socket);
        void closed.then(() => open.delete(socket));
      }
    }
    for (let asked = 0; asked < 50; asked += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
      assert.equal(await response.text(), 'small');
    }
  }
  await waitFor(() => open.size === 0, { what: 'those to be closed that stalled', timeoutMs: 30_000 });
});
