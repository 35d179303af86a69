import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addService } from '../fixtures/service-records.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { createServiceRecords } from './service-records.ts';

const HEALTHY = { state: 'Healthy', error: null, readyReplicas: 1 } as const;

test('a service keeps its last 500 events, and makes no room at the cost of another', async () => {
  const store = createMemoryStore();
  const records = createServiceRecords(store);
  const services = [
    await addService(store, { uid: 'a', name: 'a' }),
    await addService(store, { uid: 'b', name: 'b' }),
  ];
  const notes = Array.from({ length: 300 }, (_, index) => ({
    type: 'Normal' as const,
    reason: 'Told',
    message: `Note ${index}.`,
    revision: null,
    replica: null,
  }));
  for (const service of [...services, ...services.slice(0, 1)]) await records.tell(service, HEALTHY, notes);
  const kept = async (serviceUid: string) =>
    (await store.read((reader) => reader.list('events', { where: { serviceUid }, limit: 1_000 }))).map(
      ({ value }) => value.message,
    );
  assert.equal((await kept('b')).length, 300);
  const [oldest, ...others] = await kept('a');
  assert.deepEqual([oldest, others.at(-1), others.length + 1], ['Note 100.', 'Note 299.', 500]);
});
