import { isStaying } from './judge.ts';
import type { Desired, ReplicaView, Restart } from './world.ts';

/** The second crash in a row waits this long, and each further one twice as long. */
const FIRST_DELAY_MS = 1_000;

/** Never longer than this: what has been mended should be back within a minute. */
const LONGEST_DELAY_MS = 60_000;

/** A replica that was ready this long counts as healthy: its crash begins a new row. */
const HEALTHY_AFTER_MS = 5 * 60_000;

/** Milliseconds to wait before the start that follows `streak` crashes in a row: 0, 1 s, 2 s, 4 s … 60 s. */
export function restartDelay(streak: number): number {
  if (streak <= 1) return 0;
  // The exponent is bounded so that the power stays a number.
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(streak - 2, 30), LONGEST_DELAY_MS);
}

/** What a replica that ended by itself leaves to be done. A permanent failure waits longest: it will not help. */
export function restartAfter(replica: ReplicaView, now: number): Restart {
  const wasHealthy = replica.readyAt !== null && now - replica.readyAt >= HEALTHY_AFTER_MS;
  const streak = wasHealthy ? 1 : replica.streak + 1;
  const error = replica.error ?? endedWithoutReason(replica);
  const delay = error.permanent ? LONGEST_DELAY_MS : restartDelay(streak);
  return { template: replica.template, streak, notBefore: now + delay, error };
}

function endedWithoutReason(replica: ReplicaView): Restart['error'] {
  const when = replica.readyAt === null ? 'before it was ready' : 'while it served';
  return {
    code: 'unavailable',
    message: `Replica ${replica.id} ended ${when} without giving a reason: see its log.`,
    permanent: false,
  };
}

/** What is left to be done again once a start that followed `streak` crashes was made. */
export function withoutStarted(
  restarts: readonly Restart[],
  template: string,
  streak: number,
): readonly Restart[] {
  const index = restarts.findIndex((r) => r.template === template && r.streak === streak);
  return index < 0 ? restarts : restarts.toSpliced(index, 1);
}

/** Drops restarts of what is no longer wanted, and those whose place something else has taken. */
export function stillMissing(
  restarts: readonly Restart[],
  { wanted, active }: Desired,
  replicas: readonly ReplicaView[],
): readonly Restart[] {
  const templates = new Map<string, number>();
  for (const goal of [active, wanted]) if (goal) templates.set(goal.template, goal.numReplicas);
  return [...templates].flatMap(([template, number]) => {
    const standing = replicas.filter((replica) => isStaying(replica) && replica.template === template).length;
    const own = restarts.filter((restart) => restart.template === template);
    return own.slice(0, Math.max(0, number - standing));
  });
}
