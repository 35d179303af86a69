import { checkName, SlipwayError } from '@slipway/contract';
import type { ComputeTarget } from '@slipway/contract/api';
import type { Fleet } from '../../reconcile/fleet.ts';
import type { WorkspaceRecord } from '../../store/collections.ts';
import type { DeviceInventory } from '../../targets/devices/device-inventory.ts';

/** The target that is always there: this machine. */
export const LOCAL_TARGET = 'local';

/** Throws `not_found`, `invalid_argument` if there is no such target. */
export function checkComputeTarget(name: string, field = 'computeTarget'): void {
  checkName('compute', name, field);
  if (name === LOCAL_TARGET) return;
  throw new SlipwayError(
    'not_found',
    `${field} "${name}": there is no such compute target. "${LOCAL_TARGET}", this machine, is the one there is.`,
    { details: { field, computeTarget: name } },
  );
}

/** The local target as the API shows it; it is as old as its workspace. */
export function localTargetView(
  workspace: WorkspaceRecord,
  fleet: Pick<Fleet, 'capacity' | 'devices'>,
  inventory: Pick<DeviceInventory, 'declared' | 'problem'>,
  servicesUrl: string,
): ComputeTarget {
  const { total, allocated } = fleet.capacity();
  return {
    name: LOCAL_TARGET,
    workspace: workspace.name,
    type: 'local',
    provisioningState: 'Succeeded',
    capacity: total,
    allocated,
    devices: [...fleet.devices()],
    declaredDevices: inventory.declared,
    deviceProblem: inventory.problem,
    servicesUrl,
    createdAt: workspace.createdAt,
  };
}
