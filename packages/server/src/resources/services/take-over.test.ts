import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitsInto, NO_CAPACITY, totalOf, without } from '../computes/capacity.ts';
import type { Tenant } from './room.ts';
import { choosePredecessors } from './take-over.ts';

const gpus = (gpu: number) => ({ ...NO_CAPACITY, devices: { gpu } });

/** Services with so many GPUs each, the one that was changed longest ago first. */
function tenants(...counts: readonly number[]): readonly Tenant[] {
  return counts.map((count, index) => ({
    service: { name: `s${index}`, updatedAt: `2026-01-0${index + 1}` } as Tenant['service'],
    revision: {} as Tenant['revision'],
    asked: gpus(count),
  }));
}

/** GPUs there are, GPUs of others, GPUs that are asked for, and who gives way. */
const ROWS: readonly [there: number, others: readonly number[], asked: number, names: string][] = [
  [1, [1], 1, 's0'],
  [2, [1, 1], 1, 's0'],
  [2, [1, 1], 2, 's0,s1'],
  [2, [0, 2], 1, 's1'],
  [3, [1, 1], 1, ''],
  [2, [1, 1], 3, ''],
  [2, [1, 1], 0, ''],
];
for (const [there, others, asked, names] of ROWS) {
  test(`of ${there} GPUs with ${others} taken, ${asked} more take those of "${names}"`, () => {
    const chosen = choosePredecessors(gpus(there), tenants(...others), gpus(asked));
    assert.equal(chosen.map(({ service }) => service.name).join(), names);
  });
}

test('who gives way makes room, and nobody does without need', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 });
  fc.assert(
    fc.property(counts, fc.nat(12), fc.nat(12), (held, there, asked) => {
      const others = tenants(...held);
      const chosen = choosePredecessors(gpus(there), others, gpus(asked));
      const fitsWithout = (gone: readonly Tenant[]) => {
        const staying = others.filter((one) => !gone.includes(one)).map((one) => one.asked);
        return fitsInto(gpus(asked), without(gpus(there), totalOf(staying)));
      };
      assert.equal(chosen.length > 0, !fitsWithout([]) && fitsWithout(others) && asked > 0);
      if (chosen.length > 0) assert.ok(fitsWithout(chosen) && !fitsWithout(chosen.slice(0, -1)));
    }),
  );
});
