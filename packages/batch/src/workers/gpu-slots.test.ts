import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGpuSlots } from './gpu-slots.ts';

test('no GPU is given to two, each is given again when it is free, and beyond their number there is none', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.array(fc.nat(9), { maxLength: 60 }), (count, steps) => {
      const slots = createGpuSlots(Array.from({ length: count }, (_, index) => String(index)));
      const held = new Map<number, string>();
      for (const worker of steps) {
        const gpu = held.get(worker);
        if (gpu !== undefined) {
          slots.giveBack(gpu);
          held.delete(worker);
          continue;
        }
        const inUse = [...held.values()].filter((one) => one !== '');
        const given = slots.take();
        assert.equal(given === '', inUse.length === count);
        assert.ok(!inUse.includes(given));
        held.set(worker, given);
      }
    }),
  );
});
