import type { DeviceCounts } from '@slipway/contract/api';
import type { DeviceIds, TargetDevice } from './device.ts';

/**
 * The devices that a new replica is given: of each class that it asks for the first ones, in the order of the target, that
 * no replica of `held` has. What is held is never moved. `undefined` if there are not enough of them.
 */
export function assignDevices(
  asked: DeviceCounts,
  devices: readonly Pick<TargetDevice, 'class' | 'id'>[],
  held: readonly DeviceIds[],
): DeviceIds | undefined {
  const assigned: Record<string, readonly string[]> = {};
  for (const [name, count] of Object.entries(asked)) {
    if (count === 0) continue;
    const taken = new Set(held.flatMap((ids) => ids[name] ?? []));
    const free = devices.filter((device) => device.class === name && !taken.has(device.id));
    if (free.length < count) return undefined;
    assigned[name] = free.slice(0, count).map(({ id }) => id);
  }
  return assigned;
}
