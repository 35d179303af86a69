import { createImagePreprocessor, FILE_IMAGE_LIMITS } from '@slipway/runtime/images';
import type { Caller } from '../load/load.ts';
import type { ReplicaTimes } from '../targets/replica-times.ts';
import type { Door } from './score-photo.ts';
import { measured, scoredOnce } from './scored-once.ts';

/** What one photo took in one turn, in milliseconds, each after the other. */
export interface PhotoTurn {
  /** The run of the model alone, in this process, from pixels. */
  readonly bare: number;
  /** From JPEG bytes to pixels in this process, with the code of the replica, and the part of that on the calling thread. */
  readonly pixels: number;
  readonly pixelsHere: number;
  /** From JPEG bytes to the answer, at a client of the replica, and at a client of the gateway before it. */
  readonly replica: number;
  readonly gateway: number;
  /** What the replica says of the same request. */
  readonly own: ReplicaTimes;
  /** Time of processors, which others on the machine change least: of the bare run, and of the replica for its request. */
  readonly bareCpu: number;
  readonly replicaCpu: number;
}

/** All that a turn measures. */
export interface PhotoTargets {
  readonly bare: () => Promise<unknown>;
  readonly pixels: () => Promise<unknown>;
  readonly replica: Caller;
  readonly gateway: Caller;
  readonly door: Door;
}

/** Makes pixels as a replica does. */
export const preprocess = createImagePreprocessor(FILE_IMAGE_LIMITS);

/** Everything once, so that what the machine does besides falls on all alike. */
export async function photoTurn({ bare, pixels, replica, gateway, door }: PhotoTargets): Promise<PhotoTurn> {
  const run = await measured(process.pid, bare);
  const hereBefore = threadMs();
  const made = await measured(process.pid, pixels);
  const pixelsHere = threadMs() - hereBefore;
  const scored = await scoredOnce(replica, door);
  const passed = await measured(door.pid, () => gateway.call(0));
  return {
    bare: run.ms,
    pixels: made.ms,
    pixelsHere,
    replica: scored.ms,
    gateway: passed.ms,
    own: scored.own,
    bareCpu: run.cpu,
    replicaCpu: scored.cpu,
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
