import type { ComputeTarget, Device } from '@slipway/contract/api';
import { details, table } from './table.ts';

/** Compute targets, a line each. */
export function computeTable(targets: readonly ComputeTarget[]): string {
  return table(
    targets,
    {
      name: ({ name }) => name,
      type: ({ type }) => type,
      state: ({ provisioningState }) => provisioningState,
      cpu: cores,
      memory,
      devices: (target) => devices(target) ?? '-',
    },
    'There are no compute targets.',
  );
}

/** All of a compute target, and its devices a line each. */
export function computeDetails(target: ComputeTarget): string {
  const fields = details({
    Name: target.name,
    Type: target.type,
    State: target.provisioningState,
    CPU: cores(target),
    Memory: memory(target),
    Devices: devices(target),
    Problem: target.deviceProblem ?? undefined,
    Created: target.createdAt,
  });
  return target.devices.length === 0 ? fields : `${fields}\n\n${deviceTable(target.devices)}`;
}

function deviceTable(all: readonly Device[]): string {
  return table(
    all,
    {
      device: (device) => device.class,
      id: ({ id }) => id,
      name: ({ name, memoryMb }) => (memoryMb === null ? name : `${name}, ${memoryMb} MiB`),
      driver: ({ driver, declared }) => driver ?? (declared ? 'declared' : '-'),
      service: ({ service }) => service ?? '-',
      replica: ({ replica }) => replica ?? '-',
    },
    'It has no devices.',
  );
}

/** `1 of 2 gpu, 0 of 1 fpga`; `undefined` where there are none. */
export function devices({
  allocated,
  capacity,
}: Pick<ComputeTarget, 'allocated' | 'capacity'>): string | undefined {
  const names = [...new Set([...Object.keys(capacity.devices), ...Object.keys(allocated.devices)])];
  if (names.length === 0) return undefined;
  return names
    .map((name) => `${allocated.devices[name] ?? 0} of ${capacity.devices[name] ?? 0} ${name}`)
    .join(', ');
}

function cores({ allocated, capacity }: ComputeTarget): string {
  return `${round(allocated.cpuCores)} of ${round(capacity.cpuCores)} cores`;
}

function memory({ allocated, capacity }: ComputeTarget): string {
  return `${round(allocated.memoryGb)} of ${round(capacity.memoryGb)} GB`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
