import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessMissing } from '@slipway/contract';
import type { HomePaths } from '../home/home-paths.ts';
import type { Fleet, FleetLogLine } from '../reconcile/fleet.ts';
import type { Store } from '../store/store.ts';
import { readEnded, readSpecs } from '../targets/local/replica-folder.ts';
import { lineTime, splitLines } from './log-lines.ts';

/** The most that is read of one log for its last lines. */
const MOST_TAIL_BYTES = 8 * 1024 * 1024;

/** The most that is read of one log at a time while it is followed. */
const CHUNK_BYTES = 256 * 1024;

/** How often followed logs are looked at. */
const FOLLOW_POLL_MS = 200;

/** The logs of a service's replicas, also of those that ended lately. */
export interface ReplicaLogs {
  read(serviceName: string, options: Parameters<Fleet['logs']>[1]): AsyncIterable<FleetLogLine>;
}

interface LogPosition {
  offset: number;
  /** Bytes of a line whose end has not been written yet. */
  rest: Buffer;
}

/** Logs in the folders of replicas. */
export function createReplicaLogs(home: HomePaths, store: Pick<Store, 'read'>): ReplicaLogs {
  async function replicasOf(serviceName: string): Promise<readonly string[]> {
    const service = (await store.read((reader) => reader.get('services', serviceName)))?.value;
    if (service === undefined) return [];
    const specs = [...(await readEnded(home)).map(({ spec }) => spec), ...(await readSpecs(home))];
    const own = specs.filter((spec) => spec.authFile === home.serviceAuth(service.uid));
    return own.map((spec) => spec.replicaId);
  }

  async function* read(
    serviceName: string,
    { tail, follow, signal }: Parameters<Fleet['logs']>[1],
  ): AsyncGenerator<FleetLogLine> {
    const positions = new Map<string, LogPosition>();
    yield* await readTails(home, await replicasOf(serviceName), tail, positions);
    while (follow && !signal.aborted) {
      for (const replica of await replicasOf(serviceName)) {
        const position = positions.get(replica) ?? { offset: 0, rest: Buffer.alloc(0) };
        positions.set(replica, position);
        for (const line of await readFurther(home.replicaLog(replica), position)) yield { replica, line };
      }
      await sleep(FOLLOW_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  return { read };
}

/** The last `tail` lines of all logs together, in the order of their times as far as they have any. */
async function readTails(
  home: HomePaths,
  replicas: readonly string[],
  tail: number,
  positions: Map<string, LogPosition>,
): Promise<readonly FleetLogLine[]> {
  const timed: (FleetLogLine & { readonly time: number })[] = [];
  for (const replica of replicas) {
    const { lines, position } = await readTail(home.replicaLog(replica), tail);
    positions.set(replica, position);
    let time = 0;
    for (const line of lines) {
      // A line without a time, of a stack for instance, belongs to the one before it.
      time = lineTime(line) ?? time;
      timed.push({ replica, line, time });
    }
  }
  const sorted = timed.toSorted((a, b) => a.time - b.time);
  return sorted.slice(Math.max(0, sorted.length - tail)).map(({ replica, line }) => ({ replica, line }));
}

async function readTail(
  file: string,
  tail: number,
): Promise<{ lines: readonly string[]; position: LogPosition }> {
  const bytes = await readPart(file, (size) => ({ from: Math.max(0, size - MOST_TAIL_BYTES), to: size }));
  const { lines, rest } = splitLines(bytes.part);
  // Where only the end was read, the first line is likely to be cut.
  const whole = bytes.from > 0 ? lines.slice(1) : lines;
  return { lines: whole.slice(Math.max(0, whole.length - tail)), position: { offset: bytes.to, rest } };
}

async function readFurther(file: string, position: LogPosition): Promise<readonly string[]> {
  const { part, to, from } = await readPart(file, (size) => {
    // Smaller than before: it was set aside, and begins anew.
    const begin = size < position.offset ? 0 : position.offset;
    return { from: begin, to: Math.min(size, begin + CHUNK_BYTES) };
  });
  const before = from < position.offset ? Buffer.alloc(0) : position.rest;
  const { lines, rest } = splitLines(Buffer.concat([before, part]));
  position.offset = to;
  position.rest = rest;
  return lines;
}

async function readPart(
  file: string,
  choose: (size: number) => { readonly from: number; readonly to: number },
): Promise<{ readonly part: Buffer; readonly from: number; readonly to: number }> {
  const handle = await unlessMissing(open(file, 'r'));
  if (handle === undefined) return { part: Buffer.alloc(0), from: 0, to: 0 };
  try {
    const { from, to } = choose((await handle.stat()).size);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return { part: buffer.subarray(0, bytesRead), from, to: from + bytesRead };
  } finally {
    await handle.close();
  }
}
