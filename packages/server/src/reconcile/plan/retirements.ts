import type { Division } from './divide.ts';
import { isServing, isStaying } from './judge.ts';
import { excludeEachOther } from './room.ts';
import type { RetireReason, Step } from './steps.ts';
import type { Actual, Desired, ReplicaView } from './world.ts';

type Retire = Extract<Step, { do: 'retire' }>;

/** Which replicas are to take no new request from now on. `blocked`: a start lacked room. */
export function planRetirements(
  desired: Desired,
  actual: Actual,
  division: Division,
  blocked: boolean,
): readonly Retire[] {
  const retired: Retire[] = [
    ...division.broken.map(({ replica, reason }) => retire(replica, reason)),
    ...idleOld(desired, division).map((replica) => retire(replica, 'outdated')),
    ...surplus(division).map((replica) => retire(replica, 'surplus')),
    ...replaced(division),
  ];
  if (retired.length > 0 || !blocked || actual.replicas.some((r) => r.holdsDevices && !isStaying(r)))
    return retired;
  return makeRoom(desired, actual, division);
}

function retire(replica: ReplicaView, reason: RetireReason): Retire {
  return { do: 'retire', replica: replica.id, reason };
}

/** Old ones that do not answer: nobody misses them, unless they are on their way to carry a rollout. */
function idleOld(desired: Desired, { old, needed, freshServing }: Division): readonly ReplicaView[] {
  return old.filter(
    (replica) =>
      !isServing(replica) && (replica.template !== desired.active?.template || freshServing >= needed),
  );
}

/** More of the wanted ones than are wanted: first those that do not answer yet, then the youngest. */
function surplus({ fresh, needed }: Division): readonly ReplicaView[] {
  const byWorth = fresh.toSorted(
    (a, b) => Number(isServing(b)) - Number(isServing(a)) || a.startedAt - b.startedAt,
  );
  return byWorth.slice(needed);
}

/** Old ones that answer, as long as as many as are wanted are left that answer; the oldest first. */
function replaced({ old, swollen, needed, fresh, serving }: Division): readonly Retire[] {
  // What `surplus` takes away of the fresh ones answers no more.
  const left = serving - Math.max(0, fresh.filter(isServing).length - needed);
  const spare = Math.max(0, left - needed);
  return old
    .filter(isServing)
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .slice(0, spare)
    .map((replica) => retire(replica, swollen.includes(replica) ? 'memory' : 'outdated'));
}

/**
 * The machine is too full to start the new before the old goes. What takes more than its share goes at once;
 * otherwise one goes, if another still answers, or if its devices are the only ones that the new could ever have.
 */
function makeRoom(
  { wanted }: Desired,
  actual: Actual,
  { old, swollen, needed, serving }: Division,
): readonly Retire[] {
  const [tooLarge] = swollen;
  if (tooLarge !== undefined) return [retire(tooLarge, 'memory')];
  const [first] = old.filter(isServing);
  if (first === undefined) return [];
  const othersAnswer = serving - 1 >= Math.max(1, needed - 1);
  const mustGo = wanted !== null && excludeEachOther(wanted.devices, first.devices, actual);
  return othersAnswer || mustGo ? [retire(first, 'no-room')] : [];
}
