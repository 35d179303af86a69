import type { Device } from '@slipway/contract/api';
import type { LiveService } from '../reconcile/reconciler.ts';
import { holdsDevices } from '../reconcile/replica-notes.ts';
import type { TargetDevice } from '../targets/devices/device.ts';

/** Devices with those who have them; behind them what replicas still have of devices that are there no more. */
export function withHolders(
  devices: readonly TargetDevice[],
  services: readonly Pick<LiveService, 'notes'>[],
): readonly Device[] {
  const held = services.flatMap(({ notes }) =>
    [...notes.replicas.values()]
      .filter(holdsDevices)
      .flatMap((note) =>
        Object.entries(note.devices).flatMap(([name, ids]) =>
          ids.map((id) => ({ class: name, id, service: notes.name, replica: note.id })),
        ),
      ),
  );
  const isSame = (a: Pick<Device, 'class' | 'id'>, b: Pick<Device, 'class' | 'id'>) =>
    a.class === b.class && a.id === b.id;
  const known = devices.map((device) => {
    const holder = held.find((one) => isSame(one, device));
    return { ...device, service: holder?.service ?? null, replica: holder?.replica ?? null };
  });
  const gone = held.filter((one) => !devices.some((device) => isSame(one, device)));
  return [...known, ...gone.map((one) => ({ ...GONE, ...one }))];
}

const GONE = { name: 'not there any more', memoryMb: null, driver: null, declared: false } as const;
