import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addService } from '../fixtures/service-records.ts';
import type { OperationRecord } from '../store/collections.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { removeOldOperations } from './old-operations.ts';

const LONG_AGO = '2026-01-01T00:00:00.000Z';
const LIMIT = '2026-02-01T00:00:00.000Z';
const LATELY = '2026-03-01T00:00:00.000Z';

async function addOperation(store: Store, id: string, change: Partial<OperationRecord>): Promise<void> {
  const operation: OperationRecord = {
    id,
    workspace: 'default',
    kind: 'UpdateService',
    state: 'Succeeded',
    resource: 'services/digits',
    revision: 1,
    percent: 100,
    message: '',
    error: null,
    cancelRequested: false,
    lease: null,
    createdAt: LONG_AGO,
    startedAt: LONG_AGO,
    finishedAt: LONG_AGO,
    ...change,
  };
  await store.write(async (writer) => {
    await writer.put('operations', id, operation);
    for (const sequence of [1, 2]) {
      const line = { operationId: id, sequence, time: LONG_AGO, level: 'info', message: '' } as const;
      await writer.put('operationLog', `${id}/${sequence}`, line);
    }
  });
}

test('removes what ended long ago with its log, and keeps the last of each service', async () => {
  const store = createMemoryStore();
  await addService(store, { uid: 'u', name: 'digits', operationId: 'last' });
  await addOperation(store, 'old', {});
  await addOperation(store, 'failed', { state: 'Failed' });
  await addOperation(store, 'of a service that is gone', { resource: 'services/gone' });
  await addOperation(store, 'last', {});
  await addOperation(store, 'under way', { state: 'Running', finishedAt: null });
  await addOperation(store, 'long', { finishedAt: LATELY });
  await addOperation(store, 'new', { createdAt: LATELY, finishedAt: LATELY });

  assert.equal(await removeOldOperations(store, LIMIT), 3);
  await store.read(async (reader) => {
    const kept = await reader.list('operations', { limit: 100 });
    assert.deepEqual(
      kept.map(({ id }) => id),
      ['last', 'under way', 'long', 'new'],
    );
    const lines = await reader.list('operationLog', { limit: 100 });
    assert.deepEqual(
      [...new Set(lines.map(({ value }) => value.operationId))],
      kept.map(({ id }) => id),
    );
  });
  assert.equal(await removeOldOperations(store, LIMIT), 0);
});
