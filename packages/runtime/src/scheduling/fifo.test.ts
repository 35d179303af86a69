import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFifo, firstOf, forEachOf, put, retain, sizeOf, takeFirst, takeLast } from './fifo.ts';

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ put: fc.nat(9) }) },
    { weight: 4, arbitrary: fc.constant('first' as const) },
    fc.constant('last' as const),
    fc.record({ keepBelow: fc.nat(9) }),
  ),
  { maxLength: 400, size: 'max' },
);

test('is what an array is with push, shift and pop', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const fifo = createFifo<number>();
      let model: number[] = [];
      for (const step of taken) {
        if (step === 'first') assert.equal(takeFirst(fifo), model.shift());
        else if (step === 'last') assert.equal(takeLast(fifo), model.pop());
        else if ('put' in step) {
          put(fifo, step.put);
          model.push(step.put);
        } else {
          retain(fifo, (item) => item < step.keepBelow);
          model = model.filter((item) => item < step.keepBelow);
        }
        assert.equal(sizeOf(fifo), model.length);
        assert.equal(firstOf(fifo), model[0]);
      }
      const seen: number[] = [];
      forEachOf(fifo, (item) => seen.push(item));
      assert.deepEqual(seen, model);
    }),
  );
});

test('keeps no more places than twice what waits', () => {
  const fifo = createFifo<number>();
  for (let index = 0; index < 1_000; index += 1) put(fifo, index);
  for (let index = 0; index < 900; index += 1) takeFirst(fifo);
  assert.equal(firstOf(fifo), 900);
  assert.ok(fifo.items.length <= 200);
});
