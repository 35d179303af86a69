import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addRevisionOf, addService } from '../../fixtures/service-records.ts';
import { addOperation } from '../../operations/operation-records.ts';
import { createServiceRecords } from '../../reconcile/service-records.ts';
import type { RevisionRecord } from '../../store/collections.ts';
import { createMemoryStore } from '../../store/memory/memory-store.ts';
import { NO_CAPACITY } from '../computes/capacity.ts';
import { completeConfig } from './config.ts';
import { revisionKey } from './revisions.ts';
import type { Tenant } from './room.ts';
import { takeOver, withTaken } from './take-over.ts';

const predecessor = fc.record({
  numReplicas: fc.integer({ min: 1, max: 5 }),
  scaled: fc.boolean(),
  meanwhile: fc.constantFrom('nothing', 'changed', 'deleted'),
});

test('each that nobody changed has what it had, and no other is touched; once healthy, nothing goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(predecessor, { maxLength: 4 }), fc.boolean(), async (kinds, isHealthy) => {
      const store = createMemoryStore();
      const records = createServiceRecords(store);
      const operations = { enqueue: addOperation };
      const configs = kinds.map(({ numReplicas, scaled }) =>
        completeConfig({ devices: { fpga: 1 }, ...(scaled ? { autoscaler: {} } : { numReplicas }) }),
      );
      const wanted = async (uid: string): Promise<RevisionRecord | undefined> =>
        await store.read(async (reader) => {
          const number = (await reader.get('services', uid))?.value.revision ?? 0;
          return (await reader.get('revisions', revisionKey(uid, number)))?.value;
        });
      const tenants: Tenant[] = [];
      for (const [index, config] of configs.entries()) {
        const own = await addService(store, { uid: `p${index}`, name: `p${index}` });
        const revision = await addRevisionOf(store, own.uid, 1, config);
        tenants.push({ service: own, revision, asked: { ...NO_CAPACITY, devices: { fpga: 1 } } });
      }
      const taker = await addService(store, { uid: 'taker', name: 'taker' });
      await addRevisionOf(store, taker.uid, 1);
      await store.write(async (writer) => {
        const taken = await takeOver(writer, { operations }, taker, tenants);
        await writer.put('services', taker.name, { ...taker, ...withTaken(undefined, taken) });
        for (const [index, { meanwhile }] of kinds.entries()) {
          const now = await writer.get('services', `p${index}`);
          if (meanwhile === 'nothing' || now === undefined) continue;
          const change = meanwhile === 'deleted' ? { deleting: true } : { revision: 1 };
          await writer.put('services', now.id, { ...now.value, ...change });
        }
      });
      const before = await Promise.all(kinds.map((_, index) => wanted(`p${index}`)));
      if (isHealthy) await records.activate(taker, 1, 1);
      await records.fail(taker, 1, { code: 'internal', message: 'It was made to fail.' });
      for (const [index, { meanwhile }] of kinds.entries()) {
        const after = await wanted(`p${index}`);
        if (isHealthy || meanwhile !== 'nothing') assert.deepEqual(after, before[index]);
        else assert.deepEqual([after?.number, after?.config], [3, configs[index]]);
      }
      const ended = (await store.read((reader) => reader.get('services', 'taker')))?.value;
      assert.equal(ended?.takenOver, undefined);
    }),
    { numRuns: 60 },
  );
});
