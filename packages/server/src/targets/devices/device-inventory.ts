import type { DeviceCounts } from '@slipway/contract/api';
import type { FoundGpus } from '@slipway/transport';
import { declareDevices } from './declare-devices.ts';
import type { TargetDevice } from './device.ts';

/** The devices of a machine: what was found when the server started, and what was declared since. */
export interface DeviceInventory {
  readonly devices: readonly TargetDevice[];
  readonly declared: DeviceCounts;
  /** Why there may be more devices than were found; `null`: there cannot. */
  readonly problem: string | null;
  /** True if the machine has GPUs at all, also those that a declaration keeps from services. */
  readonly hasGpus: boolean;
  /** The devices that there would be with other declarations. */
  with(declared: DeviceCounts): readonly TargetDevice[];
  declare(declared: DeviceCounts): void;
}

export function createDeviceInventory(found: FoundGpus, first: DeviceCounts): DeviceInventory {
  let declared = first;
  let devices = declareDevices(found.devices, first);
  return {
    problem: found.problem,
    get devices() {
      return devices;
    },
    get declared() {
      return declared;
    },
    get hasGpus() {
      return found.devices.length > 0 || devices.some((device) => device.class === 'gpu');
    },
    with: (counts) => declareDevices(found.devices, counts),
    declare: (counts) => {
      declared = counts;
      devices = declareDevices(found.devices, counts);
    },
  };
}
