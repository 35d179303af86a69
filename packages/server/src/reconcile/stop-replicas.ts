import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../targets/target.ts';
import type { Reconciler } from './reconciler.ts';

const POLL_MS = 25;

/** What was killed is gone at once, unless it hangs in the kernel. */
const KILL_WAIT_MS = 5_000;

/** A replica ends by itself when its grace is over; this much later it is made to. */
const SLACK_MS = 2_000;

/** The longest grace of any replica that is known. */
export function longestDrainMs(reconciler: Pick<Reconciler, 'all'>): number {
  const notes = reconciler.all().flatMap((live) => [...live.notes.replicas.values()]);
  return Math.max(0, ...notes.map((note) => note.drainGraceMs)) + SLACK_MS;
}

/** Drains all replicas of a target, and kills those that have not ended after `graceMs` or when `inHaste` fires. */
export async function stopAllReplicas(target: Target, graceMs: number, inHaste: AbortSignal): Promise<void> {
  for (const replica of await target.observe()) await target.stop(replica.id, 'drain');
  await waitForEnd(target, graceMs, inHaste);
  for (const replica of await target.observe()) await target.stop(replica.id, 'kill');
  await waitForEnd(target, KILL_WAIT_MS);
  for (const replica of await target.observe()) {
    if (!replica.alive) await target.stop(replica.id, 'forget');
  }
}

async function waitForEnd(target: Target, timeoutMs: number, inHaste?: AbortSignal): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while ((await target.observe()).some((replica) => replica.alive)) {
    if (performance.now() >= deadline || inHaste?.aborted) return;
    await sleep(POLL_MS);
  }
}
