import type { ServiceLoad } from '@slipway/contract';
import type { Autoscaler } from '@slipway/contract/api';
import type { Traffic } from '../../gateway/router.ts';
import type { EventNote } from '../../resources/services/add-events.ts';
import { firstReplicas } from '../../resources/services/config.ts';
import type { ScalingStatus } from '../../store/collections.ts';
import { isRollingOut } from '../plan/failure.ts';
import { isStaying } from '../plan/judge.ts';
import { lacksRoom } from '../plan/room.ts';
import type { Actual, Desired, RevisionGoal } from '../plan/world.ts';
import type { ServiceSnapshot } from '../snapshot.ts';
import { beginScaling, decide, type LoadSample, type ScaleSettings, type ScaleState } from './decide.ts';
import { changeEvent, explainChange, roomEvent } from './explain.ts';
import { replicaConcurrency } from './scaling-route.ts';

/** The number of replicas falls to the highest that was needed within this time: a pause between two bursts is shorter. */
export const DEFAULT_SCALE_IN_WINDOW_MS = 60_000;

/** Somebody waits while a service without replicas is not looked at. */
const LOOK_WHILE_ZERO_MS = 200;

/** Follows the load of one service. Times are of the monotonic clock. */
export interface ServiceScaler {
  /** The revisions with as many replicas as the load asks for. `running`: those that there are, when it is first asked. */
  scaled(snapshot: ServiceSnapshot, desired: Desired, running: () => number, now: number): Desired;
  /** Milliseconds until the load is to be looked at; `undefined`: never. */
  dueInMs(now: number): number | undefined;
  /** Looks at the load and decides; the change is seen in `scaled` and told in `events`. */
  look(desired: Desired, actual: Actual, traffic: Traffic | null, now: number): readonly EventNote[];
  /** For those who ask; `undefined`: the service is not scaled. */
  status(): ScalingStatus | undefined;
}

/** The load as the gateway told it, and by which gateway. */
interface Reading {
  readonly gatewayPid: number;
  readonly load: ServiceLoad;
}

/** Follows the load of the service of that name; replicas go after `scaleInWindowMs`. */
export function createServiceScaler(service: string, scaleInWindowMs: number): ServiceScaler {
  let state: ScaleState | undefined;
  let last: ScalingStatus['last'] = null;
  let settings: Autoscaler | null = null;
  let concurrency = 1;
  let reading: Reading | undefined;
  let lookAt = 0;

  function scaled(snapshot: ServiceSnapshot, desired: Desired, running: () => number, now: number): Desired {
    const { wanted, active } = desired;
    const wantedRevision = snapshot.revisions.get(wanted?.number ?? 0);
    const activeRevision = snapshot.revisions.get(active?.number ?? 0);
    settings = wantedRevision?.config.autoscaler ?? null;
    const measured = activeRevision ?? wantedRevision;
    if (measured !== undefined) concurrency = replicaConcurrency(measured);
    const before = activeRevision?.config.autoscaler ?? null;
    if (wantedRevision === undefined || (settings === null && before === null)) {
      state = undefined;
      last = null;
      return desired;
    }
    if (state === undefined) {
      last = snapshot.status?.scaling?.last ?? null;
      const known = snapshot.status?.scaling?.replicas ?? firstReplicas(wantedRevision.config);
      // Where some run, their number is what an earlier control plane had come to.
      state = beginScaling(running() || known, now);
      lookAt = now;
    }
    const count = (goal: RevisionGoal | null, autoscaler: Autoscaler | null) =>
      goal === null || autoscaler === null ? goal : { ...goal, numReplicas: within(autoscaler, desired) };
    if (wanted?.number === active?.number) {
      const both = count(wanted, settings);
      return { wanted: both, active: both };
    }
    return { wanted: count(wanted, settings), active: count(active, before) };
  }

  /** The number within limits that may have changed since; a new revision proves itself with one at least. */
  function within({ minReplicas, maxReplicas }: Autoscaler, desired: Desired): number {
    const least = Math.max(minReplicas, isRollingOut(desired) ? 1 : 0);
    return Math.min(maxReplicas, Math.max(least, state?.replicas ?? least));
  }

  function look(
    desired: Desired,
    actual: Actual,
    traffic: Traffic | null,
    now: number,
  ): readonly EventNote[] {
    const { wanted } = desired;
    if (settings === null || wanted === null || state === undefined) return [];
    const load = traffic?.loads[service];
    const before = reading;
    reading = traffic === null || load === undefined ? undefined : { gatewayPid: traffic.gatewayPid, load };
    lookAt = now + settings.refreshPeriodSeconds * 1000;
    const asked = settingsOf(settings, scaleInWindowMs);
    const room = roomOf(wanted, actual, settings.maxReplicas);
    const seen = sampleOf(before, reading, concurrency, { room, rollingOut: isRollingOut(desired) });
    if (seen === undefined) return [];
    const outcome = decide(state, seen, asked, now);
    const change = explainChange(state, outcome, seen, asked);
    const blocked = roomEvent(
      state,
      outcome,
      lackingBeyond(outcome.state.lackedAt, wanted, actual),
      wanted.number,
    );
    ({ state } = outcome);
    if (change !== undefined) last = { time: new Date().toISOString(), ...change };
    if (state.replicas === 0) lookAt = now + LOOK_WHILE_ZERO_MS;
    return [
      ...(change === undefined ? [] : [changeEvent(change, wanted.number)]),
      ...(blocked === undefined ? [] : [blocked]),
    ];
  }

  return {
    scaled,
    dueInMs: (now) => (state === undefined || settings === null ? undefined : Math.max(0, lookAt - now)),
    look,
    status: () => (state === undefined || settings === null ? undefined : { replicas: state.replicas, last }),
  };
}

function settingsOf(autoscaler: Autoscaler, scaleInWindowMs: number): ScaleSettings {
  const { minReplicas, maxReplicas, targetUtilization, idleSeconds } = autoscaler;
  return { minReplicas, maxReplicas, targetUtilization, scaleInWindowMs, idleMs: idleSeconds * 1000 };
}

/** Replicas that the target can hold: those that stay, and as many more as there is room for now. */
function roomOf(goal: RevisionGoal, actual: Actual, most: number): number {
  const standing = standingIn(actual);
  let [fits, fails] = [0, Math.max(0, most - standing) + 1];
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (lacksRoom(goal, actual, middle - 1) === undefined) fits = middle;
    else fails = middle;
  }
  return standing + fits;
}

/** What one more than so many replicas lacks. */
function lackingBeyond(replicas: number | null, goal: RevisionGoal, actual: Actual): string | undefined {
  if (replicas === null) return undefined;
  return lacksRoom(goal, actual, Math.max(0, replicas - standingIn(actual)))?.message;
}

function standingIn({ replicas }: Actual): number {
  return replicas.filter(isStaying).length;
}

/** The load between two readings; `undefined` where they do not belong together. */
function sampleOf(
  before: Reading | undefined,
  after: Reading | undefined,
  concurrency: number,
  rest: Pick<LoadSample, 'room' | 'rollingOut'>,
): LoadSample | undefined {
  if (before === undefined || after === undefined || before.gatewayPid !== after.gatewayPid) return undefined;
  const elapsed = (after.load.atMs - before.load.atMs) * concurrency;
  if (elapsed <= 0) return undefined;
  return {
    replicas: after.load.replicas,
    busy: (after.load.runningMs - before.load.runningMs) / elapsed,
    waiting: (after.load.waitingMs - before.load.waitingMs) / elapsed,
    held: after.load.held,
    ...rest,
  };
}
