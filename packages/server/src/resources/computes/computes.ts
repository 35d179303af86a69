import { checkName, SlipwayError } from '@slipway/contract';
import type { Capacity, ComputeTarget } from '@slipway/contract/api';
import type { WorkspaceRecord } from '../../store/collections.ts';

/** The target that is always there: this machine. */
export const LOCAL_TARGET = 'local';

/** What a machine has and what of it is asked for. */
export interface TargetCapacity {
  readonly total: Capacity;
  readonly allocated: Capacity;
}

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
  capacity: TargetCapacity,
  servicesUrl: string,
): ComputeTarget {
  return {
    name: LOCAL_TARGET,
    workspace: workspace.name,
    type: 'local',
    provisioningState: 'Succeeded',
    capacity: capacity.total,
    allocated: capacity.allocated,
    servicesUrl,
    createdAt: workspace.createdAt,
  };
}
