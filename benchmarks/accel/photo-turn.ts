import { createImagePreprocessor } from '@slipway/runtime/images';
import type { Tensor } from 'onnxruntime-node';
import type { Caller } from '../load/load.ts';
import { parseReplicaTimes, type ReplicaTimes } from '../targets/replica-times.ts';
import type { Door } from './score-photo.ts';

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
}

/** All that a turn measures. */
export interface PhotoTargets {
  readonly bare: () => Promise<unknown>;
  readonly pixels: () => Promise<Tensor['data']>;
  readonly replica: Caller;
  readonly gateway: Caller;
  readonly door: Door;
}

/** As a replica of one core makes pixels. */
export const preprocess = createImagePreprocessor({
  maxImageBytes: 10_000_000,
  maxPixels: 10_000_000,
  maxTensorBytes: 10_000_000,
  concurrency: 1,
  maxRequests: 1,
  timeoutMs: 60_000,
});

/** Everything once, so that what the machine does besides falls on all alike. */
export async function photoTurn({ bare, pixels, replica, gateway, door }: PhotoTargets): Promise<PhotoTurn> {
  const bareMs = await timed(bare);
  const cpuBefore = threadMs();
  const pixelsMs = await timed(pixels);
  const pixelsHere = threadMs() - cpuBefore;
  const before = await readTimes(door);
  const replicaMs = await timed(() => replica.call(0));
  const own = difference(await readTimes(door), before);
  const gatewayMs = await timed(() => gateway.call(0));
  return { bare: bareMs, pixels: pixelsMs, pixelsHere, replica: replicaMs, gateway: gatewayMs, own };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
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
