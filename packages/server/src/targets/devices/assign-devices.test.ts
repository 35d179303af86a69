import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assignDevices } from './assign-devices.ts';
import type { DeviceIds } from './device.ts';

const CLASSES = ['gpu', 'fpga'];

function devicesOf(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => ({ class: name, id: `${index}` })),
  );
}

const counts = (max: number) =>
  fc.record({ gpu: fc.integer({ min: 0, max }), fpga: fc.integer({ min: 0, max }) });

type Move = { readonly start: Record<string, number> } | { readonly end: number };

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    counts(3).map((start) => ({ start })),
    fc.nat(20).map((end) => ({ end })),
  ),
  { maxLength: 60 },
);

describe('assignDevices', () => {
  it('gives the first free ones, and nothing where there are not enough', () => {
    const devices = devicesOf({ gpu: 3, fpga: 1 });
    assert.deepEqual(assignDevices({ gpu: 1 }, devices, [{ gpu: ['0'] }]), { gpu: ['1'] });
    assert.deepEqual(assignDevices({ gpu: 2, fpga: 1 }, devices, []), { gpu: ['0', '1'], fpga: ['0'] });
    assert.deepEqual(assignDevices({ gpu: 0 }, devices, []), {});
    assert.equal(assignDevices({ gpu: 1 }, devices, [{ gpu: ['0', '2'] }, { gpu: ['1'] }]), undefined);
    assert.equal(assignDevices({ tpu: 1 }, devices, []), undefined);
    // A device that is gone and still held takes no other's place.
    assert.deepEqual(assignDevices({ fpga: 1 }, devices, [{ fpga: ['7'] }]), { fpga: ['0'] });
  });

  it('gives no device twice, all that is asked for or nothing, and all that there is', () => {
    fc.assert(
      fc.property(counts(4), moves, (there, steps) => {
        const devices = devicesOf(there);
        const running: DeviceIds[] = [];
        for (const step of steps) {
          if ('end' in step) running.splice(step.end % Math.max(1, running.length), 1);
          else place(devices, running, step.start);
          for (const name of CLASSES) {
            const held = running.flatMap((ids) => ids[name] ?? []);
            assert.equal(new Set(held).size, held.length, `a ${name} was given twice`);
            assert.ok(held.length <= (there[name as 'gpu' | 'fpga'] ?? 0), `more ${name} than there are`);
          }
        }
      }),
    );
  });
});

function place(
  devices: ReturnType<typeof devicesOf>,
  running: DeviceIds[],
  asked: Record<string, number>,
): void {
  const before = structuredClone(running);
  const assigned = assignDevices(asked, devices, running);
  assert.deepEqual(running, before, 'what runs keeps its devices');
  const free = (name: string) =>
    devices.filter((device) => device.class === name).length -
    running.flatMap((ids) => ids[name] ?? []).length;
  const isEnough = CLASSES.every((name) => (asked[name] ?? 0) <= free(name));
  assert.equal(assigned !== undefined, isEnough);
  if (assigned === undefined) return;
  for (const name of CLASSES) assert.equal(assigned[name]?.length ?? 0, asked[name] ?? 0);
  running.push(assigned);
}
