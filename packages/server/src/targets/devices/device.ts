import type { Device, DeviceCounts } from '@slipway/contract/api';

/** A device of a target, whoever has it. */
export type TargetDevice = Omit<Device, 'service' | 'replica'>;

/** Ids of devices by their class. */
export type DeviceIds = Readonly<Record<string, readonly string[]>>;

/** How many devices of each class these are. */
export function countDevices(devices: readonly Pick<TargetDevice, 'class'>[]): DeviceCounts {
  const counts: Record<string, number> = {};
  for (const device of devices) counts[device.class] = (counts[device.class] ?? 0) + 1;
  return counts;
}

/** How many ids there are of each class. */
export function countIds(ids: DeviceIds): DeviceCounts {
  return Object.fromEntries(Object.entries(ids).map(([name, own]) => [name, own.length]));
}
