import { cpuMicroseconds } from '../cpu-time.ts';
import type { Caller } from '../load/load.ts';
import { parseReplicaTimes, type ReplicaTimes } from '../targets/replica-times.ts';
import type { Door } from './score-photo.ts';

/** Milliseconds by the clock, and of processors' time that a process took meanwhile. */
export interface Measured {
  readonly ms: number;
  readonly cpu: number;
}

/** One request, at the client; the processors' time is the replica's. */
export interface ScoredOnce extends Measured {
  /** What the replica says of it. */
  readonly own: ReplicaTimes;
}

/** Makes one call of a replica that nobody else calls, and asks it what it took. */
export async function scoredOnce(caller: Caller, door: Door): Promise<ScoredOnce> {
  const before = await readTimes(door);
  const taken = await measured(door.pid, () => caller.call(0));
  return { ...taken, own: difference(await readTimes(door), before) };
}

export async function measured(pid: number, work: () => Promise<unknown>): Promise<Measured> {
  const cpuBefore = cpuMicroseconds(pid);
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  return { ms, cpu: (cpuMicroseconds(pid) - cpuBefore) / 1000 };
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
