import { divide } from './divide.ts';
import { isRollingOut, rolloutFailure } from './failure.ts';
import { brokenReason, goalOf, isServing } from './judge.ts';
import { planRetirements } from './retirements.ts';
import { planStarts } from './starts.ts';
import type { Step } from './steps.ts';
import type { Actual, Desired, ReplicaView } from './world.ts';

/** A replica ends by itself when its own grace is over; this long after it, it is made to. */
const KILL_SLACK_MS = 2_000;

/**
 * What to do next to bring a service from what it is to what it should be. Pure: the same arguments give the
 * same steps, and what has been reached gives none. Steps are small; after they are done one plans again.
 *
 * A replica that answers is taken away only for one that answers in its stead, as long as memory allows; with
 * two or more it may also make room for the new one, but never the last.
 */
export function plan(desired: Desired, actual: Actual, now: number): readonly Step[] {
  const failure = rolloutFailure(desired, actual, now);
  if (failure !== undefined && desired.wanted !== null) {
    return [{ do: 'fail', revision: desired.wanted.number, error: failure }];
  }
  const division = divide(desired, actual, now);
  const starts = planStarts(desired, actual, division, now);
  const retirements = planRetirements(desired, actual, division, starts.blocked);
  const retired = new Set(retirements.map((step) => step.replica));
  return [
    ...retirements,
    ...starts.steps,
    ...planRoutes(actual, retired),
    ...actual.replicas.flatMap((replica) => planEnd(replica, desired, now)),
    ...planActivation(desired, actual, division.freshServing, retired),
  ];
}

function planRoutes(actual: Actual, retired: ReadonlySet<string>): readonly Step[] {
  const wanted = actual.replicas.filter((replica) => isServing(replica) && !retired.has(replica.id));
  const routed = actual.replicas.filter((replica) => replica.routed);
  const same = wanted.length === routed.length && wanted.every((replica) => replica.routed);
  return same ? [] : [{ do: 'route', replicas: wanted.map((replica) => replica.id) }];
}

/** Out of the routes → told to drain → killed when it does not → forgotten, once nothing of it has its devices. */
function planEnd(replica: ReplicaView, desired: Desired, now: number): readonly Step[] {
  if (!replica.alive) return replica.holdsDevices ? [] : [{ do: 'forget', replica: replica.id }];
  if (replica.retiredAt === null || replica.routed) return [];
  if (replica.drainedAt !== null) {
    const overdue = now - replica.drainedAt >= replica.drainGraceMs + KILL_SLACK_MS;
    return overdue ? [{ do: 'kill', replica: replica.id }] : [];
  }
  const goal = goalOf(replica, desired);
  const broken = goal !== undefined && brokenReason(replica, goal, now) !== undefined;
  const idle = replica.requests === 0 || now - replica.retiredAt >= replica.drainGraceMs;
  return idle || broken ? [{ do: 'drain', replica: replica.id }] : [];
}

function planActivation(
  desired: Desired,
  actual: Actual,
  freshServing: number,
  retired: ReadonlySet<string>,
): readonly Step[] {
  const { wanted } = desired;
  if (wanted === null || !isRollingOut(desired) || freshServing < wanted.numReplicas) return [];
  const oldLeft = actual.replicas.some(
    (replica) => isServing(replica) && replica.template !== wanted.template && !retired.has(replica.id),
  );
  return oldLeft ? [] : [{ do: 'activate', revision: wanted.number }];
}
