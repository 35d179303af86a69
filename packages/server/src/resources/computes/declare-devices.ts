import { SlipwayError } from '@slipway/contract';
import type { ComputeUpdate, DeviceCounts } from '@slipway/contract/api';
import type { Fleet } from '../../reconcile/fleet.ts';
import type { Reader, Store, Writer } from '../../store/store.ts';
import type { DeviceInventory } from '../../targets/devices/device-inventory.ts';
import { LOCAL_TARGET } from './computes.ts';

/** Keeps what the server was told of devices when it was started, and returns all that is declared now. */
export async function keepDeclared(store: Store, told: ComputeUpdate['devices']): Promise<DeviceCounts> {
  return await store.write(async (writer) => {
    const devices = changed(await readDeclared(writer), told);
    if (Object.keys(told).length > 0) await writer.put('computes', LOCAL_TARGET, { devices });
    return devices;
  });
}

/** The devices that the local target was declared to have. */
async function readDeclared(reader: Reader): Promise<DeviceCounts> {
  return (await reader.get('computes', LOCAL_TARGET))?.value.devices ?? {};
}

/**
 * Keeps what is said of devices and returns all that is declared now. Throws `conflict` if a replica has a device that would be
 * there no more.
 */
export async function declareDevices(
  writer: Writer,
  fleet: Pick<Fleet, 'devices'>,
  inventory: Pick<DeviceInventory, 'with'>,
  update: ComputeUpdate['devices'],
): Promise<DeviceCounts> {
  const declared = changed(await readDeclared(writer), update);
  refuseHeld(fleet, inventory.with(declared), Object.keys(update));
  await writer.put('computes', LOCAL_TARGET, { devices: declared });
  return declared;
}

/** `null` lets a class be what is found. */
function changed(before: DeviceCounts, update: ComputeUpdate['devices']): DeviceCounts {
  const after = Object.entries({ ...before, ...update }).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return Object.fromEntries(after);
}

function refuseHeld(
  fleet: Pick<Fleet, 'devices'>,
  devices: ReturnType<DeviceInventory['with']>,
  classes: readonly string[],
): void {
  const held = fleet
    .devices()
    .find(
      (one) =>
        one.replica !== null &&
        classes.includes(one.class) &&
        !devices.some((device) => device.class === one.class && device.id === one.id),
    );
  if (held === undefined) return;
  throw new SlipwayError(
    'conflict',
    `The ${held.class} ${held.id} would be there no more, and the replica ${held.replica} of the service "${held.service}" has it. Scale that service down first.`,
    { details: { field: `devices.${held.class}`, service: held.service, replica: held.replica } },
  );
}
