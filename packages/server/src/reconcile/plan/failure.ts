import type { ErrorBody } from '@slipway/contract';
import { divide } from './divide.ts';
import { lacksRoom, neverFits } from './room.ts';
import type { Actual, Desired, RevisionGoal } from './world.ts';

/** A revision that crashes this often in a row before it was ever ready will not become ready. */
const CRASHES_BEFORE_READY = 3;

/** True while the wanted revision has not become the active one. */
export function isRollingOut({ wanted, active }: Desired): boolean {
  return wanted !== null && wanted.number !== active?.number;
}

/** Why the rollout of the wanted revision cannot succeed any more; `undefined` if it may. */
export function rolloutFailure(desired: Desired, actual: Actual, now: number): ErrorBody | undefined {
  const { wanted } = desired;
  if (wanted === null || !isRollingOut(desired)) return undefined;
  return (
    neverFits(wanted, actual.capacity) ?? crashed(wanted, actual) ?? timedOut(desired, wanted, actual, now)
  );
}

function crashed(wanted: RevisionGoal, { restarts, rollout }: Actual): ErrorBody | undefined {
  const own = restarts.filter((restart) => restart.template === wanted.template);
  const permanent = own.find((restart) => restart.error.permanent);
  if (permanent !== undefined) return withoutPermanence(permanent.error);
  const often = own.find((restart) => restart.streak >= CRASHES_BEFORE_READY);
  if (often === undefined || rollout.everReady) return undefined;
  return {
    ...withoutPermanence(often.error),
    message: `Revision ${wanted.number} ended ${often.streak} times before it was ready. ${often.error.message}`,
  };
}

function timedOut(
  desired: Desired,
  wanted: RevisionGoal,
  actual: Actual,
  now: number,
): ErrorBody | undefined {
  if (now - actual.rollout.startedAt <= wanted.rolloutTimeoutMs) return undefined;
  const { needed, fresh, freshServing } = divide(desired, actual, now);
  const noRoom = needed > fresh.length ? lacksRoom(wanted, actual, 0) : undefined;
  if (noRoom !== undefined) return noRoom;
  const last = actual.restarts.find((restart) => restart.template === wanted.template);
  const why = last === undefined ? '' : ` The last reason was: ${last.error.message}`;
  return {
    code: 'deadline_exceeded',
    message:
      `Revision ${wanted.number} had ${freshServing} of ${needed} replicas ready after ` +
      `${wanted.rolloutTimeoutMs / 1000} s (rolloutTimeoutSeconds).${why}`,
    details: { ready: freshServing, wanted: needed },
  };
}

function withoutPermanence(error: ErrorBody): ErrorBody {
  const { code, message, details } = error;
  return { code, message, details };
}
