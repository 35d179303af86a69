import type { Caller } from '../load/load.ts';
import { parseReplicaTimes, type ReplicaTimes } from '../targets/replica-times.ts';
import type { Door } from './score-photo.ts';

/** One request, in milliseconds. */
export interface ScoredOnce {
  /** At the client. */
  readonly ms: number;
  /** What the replica says of it. */
  readonly own: ReplicaTimes;
}

/** Makes one call of a replica that nobody else calls, and asks it what it took. */
export async function scoredOnce(caller: Caller, door: Door): Promise<ScoredOnce> {
  const before = await readTimes(door);
  const ms = await timed(() => caller.call(0));
  return { ms, own: difference(await readTimes(door), before) };
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function readTimes({ address: { host, port } }: Door): Promise<ReplicaTimes> {
  const answer = await fetch(`http://${host}:${port}/metrics`);
  return parseReplicaTimes(await answer.text());
}

function difference(after: ReplicaTimes, before: ReplicaTimes): ReplicaTimes {
  const of = (part: keyof ReplicaTimes) => after[part] - before[part];
  if (of('requests') !== 1) throw new Error(`The replica counted ${of('requests')} requests instead of 1.`);
  return { requests: 1, total: of('total'), queue: of('queue'), run: of('run') };
}
