import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeclaredDevice } from '@slipway/contract/api';
import type { TargetDevice } from './device.ts';
import { deviceEnvironment } from './device-environment.ts';
import { createDeviceInventory } from './device-inventory.ts';

const found: readonly TargetDevice[] = ['GPU-a', 'GPU-b'].map((id) => ({
  class: 'gpu',
  id,
  name: 'NVIDIA T4',
  memoryMb: 15_360,
  driver: '550.54.15',
  declared: false,
}));

/** What is declared of two GPUs that were found, and the ids of what there is then. */
const DECLARED: readonly [declared: Record<string, number>, ids: string][] = [
  [{}, 'gpu GPU-a, gpu GPU-b'],
  [{ fpga: 2 }, 'gpu GPU-a, gpu GPU-b, fpga 0, fpga 1'],
  [{ gpu: 0 }, ''],
  [{ gpu: 1 }, 'gpu GPU-a'],
  [{ gpu: 3, fpga: 1 }, 'gpu 0, gpu 1, gpu 2, fpga 0'],
];
for (const [declared, ids] of DECLARED) {
  test(`${JSON.stringify(declared)} makes ${ids || 'none'}`, () => {
    const inventory = createDeviceInventory({ devices: found, problem: null }, {});
    const named = (devices: readonly TargetDevice[]) =>
      devices.map((device) => `${device.class} ${device.id}`).join(', ');
    assert.equal(named(inventory.with(declared)), ids);
    inventory.declare(declared);
    assert.equal(named(inventory.devices), ids);
    assert.equal(inventory.hasGpus, true, 'also those that nobody may have are to be hidden');
  });
}

test('a replica sees its own devices, and of GPUs no others', () => {
  assert.deepEqual(deviceEnvironment({ gpu: ['GPU-a', 'GPU-b'], 'my-tpu': ['0'] }, true), {
    CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b',
    SLIPWAY_DEVICES_MY_TPU: '0',
  });
  assert.deepEqual(deviceEnvironment({}, true), { CUDA_VISIBLE_DEVICES: '' });
  assert.deepEqual(deviceEnvironment({ fpga: ['1'] }, false), { SLIPWAY_DEVICES_FPGA: '1' });
  assert.deepEqual(deviceEnvironment({}, false), {});
});

test('declarations are read as they are written', () => {
  assert.deepEqual(parseDeclaredDevice('fpga=1'), { fpga: 1 });
  assert.deepEqual(parseDeclaredDevice('gpu=auto'), { gpu: null });
  for (const bad of ['fpga', 'fpga=', 'fpga=1.5', 'fpga=-1', 'FPGA=1', '=1', 'fpga=1=2', 'fpga=2000']) {
    assert.equal(parseDeclaredDevice(bad), undefined, bad);
  }
});
