import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addRevisionOf, addService } from '../../fixtures/service-records.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { OperationRecord } from '../../store/collections.ts';
import { createMemoryStore } from '../../store/memory/memory-store.ts';
import { createDeployHandler } from './deploy-service.ts';

const CHANGE_OF_WORDS: OperationRecord = {
  id: 'o',
  workspace: 'default',
  kind: 'UpdateService',
  state: 'Running',
  resource: 'services/digits',
  revision: null,
  percent: null,
  message: '',
  error: null,
  cancelRequested: false,
  lease: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
};

const ENDINGS = [
  ['active', 'Revision 1 of digits is healthy.'],
  ['failed', 'digits has its new description, tags and properties; its revision 1 is failed as before.'],
] as const;
for (const [status, expected] of ENDINGS) {
  test(`a change of words ends at once, and starts nothing where the revision is ${status}`, async () => {
    const store = createMemoryStore();
    await addService(store, { uid: 'u', name: 'digits', revision: 1 });
    const revision = await addRevisionOf(store, 'u', 1);
    await store.write((writer) => writer.put('revisions', 'u/1', { ...revision, status }));
    const handler = createDeployHandler({
      store,
      reconciler: {} as Reconciler,
      fleet: { applyAuth: () => assert.fail('nobody gets new keys') },
      checkout: () => assert.fail('no model is put in place'),
      placeScript: () => assert.fail('no script is put in place'),
    });
    const message = await handler({
      operation: CHANGE_OF_WORDS,
      signal: new AbortController().signal,
      report: () => assert.fail('nothing is under way'),
    });
    assert.equal(message, expected);
    assert.equal((await store.read((reader) => reader.get('revisions', 'u/1')))?.value.status, status);
  });
}
