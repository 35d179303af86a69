import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Operation as OperationResource } from '@slipway/contract/api';
import { type Call, type Routes, sendError } from './fixtures/control-plane.ts';
import { operationResource } from './fixtures/resources.ts';
import { connectFake } from './fixtures/workspace.ts';
import { Operation } from './operation.ts';

const PATH = '/workspaces/default/operations/op1';

function line(sequence: number) {
  return { sequence, time: '2026-01-02T03:04:05.678Z', level: 'info', message: `line ${sequence}` };
}

function openStream({ response }: Call): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function sendLine({ response }: Call, sequence: number): void {
  response.write(`id: ${sequence}\nevent: log\ndata: ${JSON.stringify(line(sequence))}\n\n`);
}

function sendOperation({ response }: Call, operation: OperationResource): void {
  response.write(`event: operation\ndata: ${JSON.stringify(operation)}\n\n`);
}

async function watchWith(t: TestContext, routes: Routes) {
  const { workspace, server } = await connectFake(t, {
    [`GET ${PATH}`]: () => operationResource(),
    ...routes,
  });
  const seen: (number | string)[] = [];
  const operation = await Operation.get({ workspace, id: 'op1' });
  const wait = (options: Parameters<typeof operation.wait>[0] = {}) =>
    operation.wait({
      ...options,
      onProgress: (event) => seen.push(event.type === 'log' ? event.line.sequence : event.operation.state),
    });
  return { operation, server, seen, wait };
}

test('the stream tells of every line and change until the end', async (t) => {
  const { wait, seen, operation } = await watchWith(t, {
    [`GET ${PATH}/stream`]: (call) => {
      openStream(call);
      sendOperation(call, operationResource());
      for (const sequence of [1, 2, 3]) sendLine(call, sequence);
      sendOperation(call, operationResource({ state: 'Succeeded' }));
      call.response.end();
    },
  });
  await wait();
  assert.deepEqual(seen, ['Running', 1, 2, 3, 'Succeeded']);
  assert.equal(operation.state, 'Succeeded');
});

test('a broken stream is gone on with after the last line, and no line comes twice', async (t) => {
  const asked: unknown[] = [];
  const { wait, seen } = await watchWith(t, {
    [`GET ${PATH}/log`]: () => ({ items: [line(1), line(2), line(3)], nextCursor: null }),
    [`GET ${PATH}/stream`]: (call) => {
      asked.push(call.request.headers['last-event-id']);
      openStream(call);
      if (call.attempt === 1) {
        sendLine(call, 1);
        sendLine(call, 2);
        return void setImmediate(() => call.response.destroy());
      }
      sendLine(call, 3);
      sendLine(call, 4);
      sendOperation(call, operationResource({ state: 'Succeeded' }));
      call.response.end();
    },
  });
  await wait();
  assert.deepEqual(asked, ['0', '3']);
  assert.deepEqual(seen, [1, 2, 3, 'Running', 4, 'Succeeded']);
});

test('where no stream gets through, polling sees the same', async (t) => {
  const { wait, seen } = await watchWith(t, {
    [`GET ${PATH}/stream`]: ({ response }) => void response.writeHead(502).end(),
    [`GET ${PATH}/log`]: () => ({ items: [line(1), line(2)], nextCursor: null }),
    [`GET ${PATH}`]: ({ attempt }) => operationResource({ state: attempt < 3 ? 'Running' : 'Succeeded' }),
  });
  await wait();
  assert.deepEqual(seen, [1, 2, 'Running', 'Succeeded']);
});

test('how it ended is thrown, with the reason that it has', async (t) => {
  const ends: [Partial<OperationResource>, string, RegExp][] = [
    [
      { state: 'Failed', error: { code: 'unschedulable', message: 'No room: 4 cores asked, 2 free.' } },
      'unschedulable',
      /No room/,
    ],
    [{ state: 'Cancelled', message: 'Stopped.' }, 'cancelled', /op1 ended as Cancelled/],
    [
      { state: 'TimedOut', message: 'Not ready in time.' },
      'deadline_exceeded',
      /TimedOut: Not ready in time/,
    ],
  ];
  for (const [end, code, message] of ends) {
    const { wait } = await watchWith(t, {
      [`GET ${PATH}/stream`]: (call) => {
        openStream(call);
        sendOperation(call, operationResource(end));
        call.response.end();
      },
    });
    await assert.rejects(wait(), { code, message });
  }
});

test('waiting ends at its limit and at the wish of the caller; the operation goes on', async (t) => {
  const { wait } = await watchWith(t, { [`GET ${PATH}/stream`]: openStream });
  await assert.rejects(wait({ timeoutSec: 0.05 }), {
    code: 'deadline_exceeded',
    message: /op1 goes on; its state is Running/,
  });
  const caller = new AbortController();
  const waiting = wait({ signal: caller.signal });
  caller.abort();
  await assert.rejects(waiting, { code: 'cancelled' });
});

test('an operation that is gone ends the wait', async (t) => {
  const { wait } = await watchWith(t, {
    [`GET ${PATH}/stream`]: ({ response }) => sendError(response, 404, 'not_found', 'No such operation.'),
  });
  await assert.rejects(wait(), { code: 'not_found' });
});
