import type { ErrorBody } from '@slipway/contract';
import type { Failure, ServiceState } from '@slipway/contract/api';
import { divide } from './divide.ts';
import { isRollingOut } from './failure.ts';
import { lacksRoom } from './room.ts';
import type { Actual, Desired } from './world.ts';

/** What a service is, for those who ask. */
export interface Assessment {
  readonly state: ServiceState;
  readonly error: Failure | null;
  readonly readyReplicas: number;
}

/** The state of a service that is neither being deleted nor without anything to run. */
export function assess(desired: Desired, actual: Actual, now: number): Assessment {
  const { needed, fresh, broken, freshServing, serving } = divide(desired, actual, now);
  const as = (state: ServiceState, error: Failure | null = null) => ({
    state,
    error,
    readyReplicas: serving,
  });
  const noRoom =
    desired.wanted !== null && fresh.length < needed ? lacksRoom(desired.wanted, actual, 0) : undefined;
  if (isRollingOut(desired)) {
    return noRoom !== undefined && fresh.length === freshServing
      ? as('Unschedulable', failureOf(noRoom))
      : as('Transitioning');
  }
  if (freshServing >= needed) return as('Healthy');
  const crash = actual.restarts.find((restart) => restart.template === desired.wanted?.template);
  if (crash !== undefined) return as('Unhealthy', failureOf(crash.error));
  if (noRoom !== undefined) return as('Unschedulable', failureOf(noRoom));
  const recovering = broken.length > 0 || fresh.some((replica) => replica.streak > 0);
  return as(recovering ? 'Unhealthy' : 'Transitioning');
}

/** An error as it stands in a resource: without what is only for the planner. */
export function failureOf({ code, message, details }: ErrorBody): Failure {
  return details === undefined ? { code, message } : { code, message, details: { ...details } };
}
