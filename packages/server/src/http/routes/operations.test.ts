import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openRaw, waitFor } from '@slipway/testkit';
import { API_TOKEN, startApi, type TestApi } from '../api.test.support.ts';

const OPERATIONS = '/workspaces/default/operations';

async function deploying(t: TestContext): Promise<{ api: TestApi; id: string }> {
  const api = await startApi(t);
  await api.register('digits');
  const body = { name: 'digits', models: ['digits'] };
  const { body: operation } = await api.call('POST', '/workspaces/default/services', { body });
  return { api, id: operation.id };
}

/** Opens a stream and collects its text until it ends or the test closes it. */
function follow(t: TestContext, { url }: TestApi, path: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const state = { text: '', ended: false };
  const run = async () => {
    const response = await fetch(`${url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${API_TOKEN}`, ...headers },
      signal: controller.signal,
    });
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    for await (const chunk of response.body ?? []) state.text += Buffer.from(chunk).toString();
    state.ended = true;
  };
  run().catch(() => undefined);
  return { state, close: () => controller.abort() };
}

test('an operation can be read, listed and cancelled', async (t) => {
  const { api, id } = await deploying(t);
  const { body } = await api.call('GET', `${OPERATIONS}/${id}`);
  assert.deepEqual([body.state, body.lease, body.revision], ['NotStarted', undefined, undefined]);
  assert.equal((await api.call('GET', `${OPERATIONS}?state=Running`)).body.items.length, 0);
  assert.equal((await api.call('GET', `${OPERATIONS}?resource=services/digits`)).body.items.length, 1);
  const cancelled = await api.call('POST', `${OPERATIONS}/${id}/cancel`);
  assert.deepEqual([cancelled.status, cancelled.body.cancelRequested], [202, true]);
  await api.operations.change(id, 'Cancelled');
  assert.equal((await api.call('POST', `${OPERATIONS}/${id}/cancel`)).body.error.code, 'conflict');
  assert.equal((await api.call('GET', `${OPERATIONS}/no-such-one`)).status, 404);
  await api.call('POST', '/workspaces', { body: { name: 'other' } });
  assert.equal((await api.call('GET', `/workspaces/other/operations/${id}`)).status, 404);
});

test('the log comes in pages whose cursor is a sequence', async (t) => {
  const { api, id } = await deploying(t);
  for (const n of [1, 2, 3]) await api.operations.log(id, n, `line ${n}`);
  const first = await api.call('GET', `${OPERATIONS}/${id}/log?limit=2`);
  assert.equal(first.body.nextCursor, '2');
  const second = await api.call('GET', `${OPERATIONS}/${id}/log?limit=2&cursor=2`);
  assert.deepEqual(
    second.body.items.map((line: { message: string }) => line.message),
    ['line 3'],
  );
  assert.equal(second.body.nextCursor, null);
});

test('a stream tells each change and line, and ends after the final state', async (t) => {
  const { api, id } = await deploying(t);
  await api.operations.log(id, 1, 'line 1');
  const { state } = follow(t, api, `${OPERATIONS}/${id}/stream`);
  await waitFor(() => state.text.includes('"NotStarted"'), { what: 'the first state' });
  await api.operations.log(id, 2, 'line 2');
  await api.operations.change(id, 'Running');
  await waitFor(() => state.text.includes('"Running"'), { what: 'the second state' });
  await api.operations.change(id, 'Succeeded');
  await waitFor(() => state.ended, { what: 'the end of the stream' });

  const events = state.text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
  const told = events.map((event) =>
    /"message":"(line \d)"|"state":"(\w+)"/.exec(event)?.slice(1).find(Boolean),
  );
  assert.equal(told[0], 'line 1');
  assert.equal(told.at(-1), 'Succeeded');
  assert.deepEqual(
    told.filter((text) => text?.startsWith('line')),
    ['line 1', 'line 2'],
  );
  await waitFor(() => api.operations.watching() === 0, { what: 'the watcher to be gone' });
});

test('Last-Event-ID goes on where a broken stream ended', async (t) => {
  const { api, id } = await deploying(t);
  for (let n = 1; n <= 250; n += 1) await api.operations.log(id, n, `line ${n}.`);
  await api.operations.change(id, 'Failed');
  const { state } = follow(t, api, `${OPERATIONS}/${id}/stream`, { 'last-event-id': '20' });
  await waitFor(() => state.ended, { what: 'the end of the stream' });
  const ids = [...state.text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  assert.deepEqual(
    ids,
    Array.from({ length: 230 }, (_, index) => index + 21),
  );
  const bad = await api.call('GET', `${OPERATIONS}/${id}/stream`, { headers: { 'last-event-id': 'x' } });
  assert.equal(bad.status, 400);
});

test('when the client of a stream goes, nothing of it is left', async (t) => {
  const { api, id } = await deploying(t);
  const stream = follow(t, api, `${OPERATIONS}/${id}/stream`);
  const logs = follow(t, api, '/workspaces/default/services/digits/logs?follow=true');
  await waitFor(() => api.operations.watching() === 1 && api.fleet.following() === 1, {
    what: 'both streams',
  });
  stream.close();
  logs.close();
  await waitFor(() => api.operations.watching() === 0 && api.fleet.following() === 0, { what: 'no stream' });
});

test('logs are text with the replica before each line, or events', async (t) => {
  const { api } = await deploying(t);
  for (const line of ['one', 'two', 'three']) api.fleet.logLines.push({ replica: 'r1', line });
  const text = await api.call('GET', '/workspaces/default/services/digits/logs?tail=2');
  assert.equal(text.body, '[r1] two\n[r1] three\n');
  const { state } = follow(t, api, '/workspaces/default/services/digits/logs?follow=true&tail=1');
  await waitFor(() => state.text.includes('event: log\ndata: {"replica":"r1","line":"three"}'), {
    what: 'a line',
  });
});

test('a client that does not read holds up the lines, and not the memory of the server', async (t) => {
  const { api } = await deploying(t);
  let made = 0;
  let ended = false;
  api.fleet.logs = async function* endless(_service: string, { signal }: { signal: AbortSignal }) {
    try {
      while (!signal.aborted) {
        made += 1;
        yield { replica: 'r1', line: 'x'.repeat(10_000) };
      }
    } finally {
      ended = true;
    }
  };
  const path = '/api/v1/workspaces/default/services/digits/logs?follow=true';
  const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${API_TOKEN}\r\n\r\n`;
  const connection = await openRaw(t, Number(new URL(api.url).port), '');
  connection.socket.pause();
  connection.socket.write(head);
  let before = -1;
  await waitFor(
    async () => {
      const still = made > 0 && made === before;
      before = made;
      await delay(100);
      return still;
    },
    { what: 'the lines to be held up' },
  );
  assert.ok(made < 10_000, `${made} lines of 10 kB were made for nobody`);
  connection.socket.destroy();
  await waitFor(() => ended, { what: 'the source to end' });
});
