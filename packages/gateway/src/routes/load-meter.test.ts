import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLoadMeter } from './load-meter.ts';

describe('the load of a service', () => {
  it('is what runs and what waits, each times how long', () => {
    const meter = createLoadMeter(0);
    meter.follow([0, 0], 2, 0);
    meter.began(1, 100);
    meter.began(2, 200);
    meter.began(3, 300);
    meter.ended(2, 400);
    meter.ended(1, 500);
    meter.ended(0, 600);
    assert.deepEqual(meter.read(1_000), { runningMs: 100 + 200 + 200 + 200 + 100, waitingMs: 100 });
  });

  it('follows other replicas and another concurrency', () => {
    const meter = createLoadMeter(0);
    meter.follow([3, 1], 2, 0);
    meter.follow([3], 4, 10);
    assert.deepEqual(meter.read(20), { runningMs: 30 + 30, waitingMs: 10 });
    meter.follow([], 4, 20);
    assert.deepEqual(meter.read(1_000), { runningMs: 60, waitingMs: 10 });
  });

  it('is the same as counted at every moment anew', () => {
    const step = fc.record({ replica: fc.nat(2), begins: fc.boolean(), pause: fc.nat(50) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, concurrency) => {
          const meter = createLoadMeter(0);
          const inFlight = [0, 0, 0];
          meter.follow(inFlight, concurrency, 0);
          let [now, runningMs, waitingMs] = [0, 0, 0];
          for (const { replica, begins, pause } of steps) {
            now += pause;
            for (const one of inFlight) {
              runningMs += Math.min(one, concurrency) * pause;
              waitingMs += Math.max(0, one - concurrency) * pause;
            }
            const before = inFlight[replica] ?? 0;
            if (!begins && before === 0) continue;
            inFlight[replica] = before + (begins ? 1 : -1);
            meter[begins ? 'began' : 'ended'](inFlight[replica] ?? 0, now);
          }
          assert.deepEqual(meter.read(now), { runningMs, waitingMs });
        },
      ),
    );
  });
});
