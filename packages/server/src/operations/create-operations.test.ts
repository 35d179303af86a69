import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { isFinal, type OperationState } from '@slipway/contract/api';
import { onTestEnd, type TestScope, waitFor } from '@slipway/testkit';
import pino from 'pino';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { createOperations, type Operations } from './create-operations.ts';
import type { OperationContext, OperationHandler } from './operation-context.ts';

function startOperations(t: TestScope, store: Store, handler: OperationHandler): Operations {
  const handlers = {
    DeployService: handler,
    UpdateService: handler,
    RollbackService: handler,
    DeleteService: handler,
    BuildEnvironment: handler,
    ConvertModel: handler,
  };
  const operations = createOperations({ store, handlers, log: pino({ level: 'silent' }) });
  onTestEnd(t, () => operations.stop());
  operations.start();
  return operations;
}

async function enqueue(store: Store, operations: Operations, name = 'digits'): Promise<string> {
  const resource = `services/${name}`;
  const order = { workspace: 'default', kind: 'DeployService', resource, revision: 1 } as const;
  const { id } = await store.write((writer) => operations.enqueue(writer, order));
  operations.wake();
  return id;
}

async function read(store: Store, id: string) {
  const found = await store.read((reader) => reader.get('operations', id));
  assert.ok(found);
  return found.value;
}

async function inState(store: Store, id: string, state: OperationState) {
  return await waitFor(
    async () => {
      const operation = await read(store, id);
      return operation.state === state && operation;
    },
    { what: `operation ${id} to be ${state}` },
  );
}

async function lines(store: Store, operationId: string): Promise<readonly string[]> {
  const found = await store.read((reader) =>
    reader.list('operationLog', { where: { operationId }, limit: 1_000 }),
  );
  return found.map(({ value }) => `${value.sequence} ${value.level} ${value.message}`);
}

/** Waits until the signal fires, and throws its reason. */
async function untilAborted({ signal }: OperationContext): Promise<never> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw signal.reason;
}

test('runs what is enqueued, with progress, a log, and one change told for each', async (t) => {
  const store = createMemoryStore();
  const operations = startOperations(t, store, async ({ report }) => {
    await report({ percent: 40, message: 'half way' });
    await report({ message: 'careful', level: 'warn' });
    return 'All is well.';
  });
  const watching = new AbortController();
  const id = await store.write(async (writer) => {
    const order = { workspace: 'w', kind: 'UpdateService', resource: 'services/a', revision: 2 } as const;
    return (await operations.enqueue(writer, order)).id;
  });
  let told = 0;
  operations.watch(id, watching.signal, () => {
    told += 1;
  });
  operations.wake();
  const done = await inState(store, id, 'Succeeded');
  assert.equal(done.percent, 100);
  assert.equal(done.lease, null);
  assert.ok(done.startedAt && done.finishedAt && isFinal(done.state));
  assert.deepEqual(await lines(store, id), ['1 info half way', '2 warn careful', '3 info All is well.']);
  await waitFor(() => told >= 4, { what: 'every change to be told' });
  watching.abort();
});

const endings = [
  ['invalid_model', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['deadline_exceeded', 'TimedOut'],
] as const;
for (const [code, state] of endings) {
  test(`${code} ends an operation as ${state}`, async (t) => {
    const store = createMemoryStore();
    const operations = startOperations(t, store, async () => {
      throw new SlipwayError(code, 'No.', { details: { why: 'so' } });
    });
    const ended = await inState(store, await enqueue(store, operations), state);
    assert.deepEqual(ended.error, { code, message: 'No.', details: { why: 'so' } });
  });
}

test('a defect of a handler fails its operation', async (t) => {
  const store = createMemoryStore();
  const operations = startOperations(t, store, async () => {
    throw new TypeError('undefined is not a function');
  });
  const ended = await inState(store, await enqueue(store, operations), 'Failed');
  assert.equal(ended.error?.code, 'internal');
});

test('one runs for each resource at a time, in order', async (t) => {
  const store = createMemoryStore();
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const operations = startOperations(t, store, async ({ operation }) => {
    begun.push(operation.id);
    await new Promise<void>((resolve) => gates.set(operation.id, resolve));
    return 'Done.';
  });
  const first = await enqueue(store, operations);
  const second = await enqueue(store, operations);
  const other = await enqueue(store, operations, 'other');
  await waitFor(() => begun.length === 2, { what: 'two to begin' });
  assert.deepEqual(begun.toSorted(), [first, other].toSorted());
  assert.equal((await read(store, second)).state, 'NotStarted');
  gates.get(first)?.();
  await waitFor(() => begun.includes(second), { what: 'the second to begin' });
  for (const open of gates.values()) open();
  await inState(store, second, 'Succeeded');
});

test('a wish to cancel reaches what runs, and what waits', async (t) => {
  const store = createMemoryStore();
  const operations = startOperations(t, store, untilAborted);
  const running = await enqueue(store, operations);
  const waiting = await enqueue(store, operations);
  await inState(store, running, 'Running');
  for (const id of [waiting, running]) {
    assert.equal((await operations.cancel('default', id)).value.cancelRequested, true);
  }
  await inState(store, running, 'Cancelled');
  await inState(store, waiting, 'Cancelled');
  await assert.rejects(operations.cancel('default', running), { code: 'conflict' });
  await assert.rejects(operations.cancel('elsewhere', running), { code: 'not_found' });
});

test('the next server goes on with what was running', async (t) => {
  const store = createMemoryStore();
  const first = startOperations(t, store, untilAborted);
  const id = await enqueue(store, first);
  await inState(store, id, 'Running');
  assert.notEqual((await read(store, id)).lease, null);
  await first.stop();
  const left = await read(store, id);
  assert.deepEqual([left.state, left.lease], ['Running', null]);

  startOperations(t, store, async () => 'Done.');
  const done = await inState(store, id, 'Succeeded');
  assert.equal(done.startedAt, left.startedAt);
});
