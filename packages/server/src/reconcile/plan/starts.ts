import type { Division } from './divide.ts';
import { isServing } from './judge.ts';
import { restartDelay } from './restarts.ts';
import { excludeEachOther, lacksRoom } from './room.ts';
import type { Step } from './steps.ts';
import type { Actual, Desired, Restart, RevisionGoal } from './world.ts';

/** Replicas above the wanted number that may stand there while old ones are replaced. */
const SURGE = 1;

type Start = Extract<Step, { do: 'start' }>;

/** What to start now, and whether room was missing for more. */
export interface Starts {
  readonly steps: readonly Start[];
  readonly blocked: boolean;
}

/** Starts that the division asks for, as far as back-off, surge and room allow. */
export function planStarts(desired: Desired, actual: Actual, division: Division, now: number): Starts {
  const { wanted, active } = desired;
  if (wanted === null) return { steps: [], blocked: false };
  const kept = active === null ? 0 : missingOfActive(active, wanted, division, actual);
  if (active !== null && kept > 0) return startSome(active, kept, actual, actual.restarts, now);
  const missing = missingOfWanted(division);
  return startSome(wanted, missing, actual, restartsOf(wanted, actual, division), now);
}

function missingOfWanted({ needed, fresh, old }: Division): number {
  const most = old.length > 0 ? needed + SURGE : needed;
  return Math.max(0, Math.min(needed - fresh.length, most - fresh.length - old.length));
}

/**
 * While a rollout is under way the earlier revision still has to carry the load: it keeps its replicas but for
 * the one that may have made room, and at least one until the new revision answers, unless both need the same devices.
 */
function missingOfActive(
  active: RevisionGoal,
  wanted: RevisionGoal,
  division: Division,
  actual: Actual,
): number {
  if (active.template === wanted.template) return 0;
  const most = Math.min(division.needed, active.numReplicas);
  if (excludeEachOther(wanted.devices, active.devices, actual)) return 0;
  const floor = most === 0 ? 0 : Math.max(1, most - SURGE);
  const standing = division.old.filter((replica) => replica.template === active.template).length;
  return Math.max(0, floor - standing - division.freshServing);
}

/** A replica that is too large has not ended yet, but what replaces it follows it in the row. */
function restartsOf(wanted: RevisionGoal, actual: Actual, { swollen }: Division): readonly Restart[] {
  const following = swollen.filter(isServing).map((replica): Restart => {
    const streak = replica.streak + 1;
    const error = { code: 'unavailable' as const, message: 'memory', permanent: false };
    return {
      template: wanted.template,
      streak,
      notBefore: replica.startedAt + restartDelay(streak),
      error,
    };
  });
  return [...actual.restarts, ...following];
}

function startSome(
  goal: RevisionGoal,
  missing: number,
  actual: Actual,
  restarts: readonly Restart[],
  now: number,
): Starts {
  const steps: Start[] = [];
  for (const streak of streaksDue(goal, missing, restarts, now)) {
    if (lacksRoom(goal, actual, steps.length) !== undefined) return { steps, blocked: true };
    steps.push({ do: 'start', revision: goal.number, streak });
  }
  return { steps, blocked: false };
}

/** One entry for each start that need not wait: places that never crashed have a streak of 0. */
function streaksDue(
  goal: RevisionGoal,
  missing: number,
  restarts: readonly Restart[],
  now: number,
): readonly number[] {
  const crashed = restarts
    .filter((restart) => restart.template === goal.template)
    .toSorted((a, b) => a.notBefore - b.notBefore)
    .slice(0, missing);
  const untouched = Array.from({ length: missing - crashed.length }, () => 0);
  return [...untouched, ...crashed.filter((r) => r.notBefore <= now).map((r) => r.streak)];
}
