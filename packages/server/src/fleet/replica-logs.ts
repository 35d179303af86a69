import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessMissing } from '@slipway/contract';
import type { HomePaths } from '../home/home-paths.ts';
import type { FleetLogLine, LogOptions } from '../reconcile/fleet.ts';
import type { Store } from '../store/store.ts';
import { readEnded, readSpecs } from '../targets/local/replica-folder.ts';
import { isReady, lineTime, splitLines } from './log-lines.ts';

/** The most that is read of one log for its last lines. */
const MOST_TAIL_BYTES = 8 * 1024 * 1024;

/** More lines than such a part has. */
const MOST_LINES = MOST_TAIL_BYTES;

/** The most that is read of one log at a time while it is followed. */
const CHUNK_BYTES = 256 * 1024;

/** How often followed logs are looked at. */
const FOLLOW_POLL_MS = 200;

/** The logs of a service's replicas, also of those that ended lately. */
export interface ReplicaLogs {
  read(serviceName: string, options: LogOptions): AsyncIterable<FleetLogLine>;
}

interface LogPosition {
  offset: number;
  /** Bytes of a line whose end has not been written yet. */
  rest: Buffer;
}

/** Logs in the folders of replicas. */
export function createReplicaLogs(home: HomePaths, store: Pick<Store, 'read'>): ReplicaLogs {
  async function replicasOf(serviceName: string, only: string | undefined): Promise<readonly string[]> {
    const service = (await store.read((reader) => reader.get('services', serviceName)))?.value;
    if (service === undefined) return [];
    const specs = [...(await readEnded(home)).map(({ spec }) => spec), ...(await readSpecs(home))];
    const own = specs.filter((spec) => spec.authFile === home.serviceAuth(service.uid));
    const ids = own.map((spec) => spec.replicaId);
    return only === undefined ? ids : ids.filter((id) => id === only);
  }

  async function* read(
    serviceName: string,
    { tail, follow, replica: only, since = 0, init = false, signal }: LogOptions,
  ): AsyncGenerator<FleetLogLine> {
    const positions = new Map<string, LogPosition>();
    const replicas = await replicasOf(serviceName, only);
    const logs = init
      ? replicas.map(async (replica) => ({ replica, lines: await readStart(home.replicaLog(replica)) }))
      : replicas.map(async (replica) => {
          const { lines, position } = await readTail(home.replicaLog(replica), since > 0 ? MOST_LINES : tail);
          positions.set(replica, position);
          return { replica, lines };
        });
    yield* lastLines(await Promise.all(logs), tail, since);
    while (follow && !signal.aborted) {
      for (const replica of await replicasOf(serviceName, only)) {
        const position = positions.get(replica) ?? { offset: 0, rest: Buffer.alloc(0) };
        positions.set(replica, position);
        for (const line of await readFurther(home.replicaLog(replica), position)) yield { replica, line };
      }
      await sleep(FOLLOW_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  return { read };
}

interface ReplicaLines {
  readonly replica: string;
  readonly lines: readonly string[];
}

/** The last `tail` lines of all logs together, in the order of their times as far as they have any. */
function lastLines(logs: readonly ReplicaLines[], tail: number, since: number): readonly FleetLogLine[] {
  const timed = logs.flatMap(({ replica, lines }) => {
    let time = 0;
    return lines.map((line) => {
      // A line without a time, of a stack for instance, belongs to the one before it.
      time = lineTime(line) ?? time;
      return { replica, line, time };
    });
  });
  const sorted = timed.filter(({ time }) => time >= since).toSorted((a, b) => a.time - b.time);
  return sorted.slice(Math.max(0, sorted.length - tail)).map(({ replica, line }) => ({ replica, line }));
}

/** What a replica wrote until it was ready; nothing if that has been set aside more than once. */
async function readStart(file: string): Promise<readonly string[]> {
  const before = await readPart(`${file}.1`, (size) => ({ from: 0, to: Math.min(size, MOST_TAIL_BYTES) }));
  const wasSetAside = before.to > 0;
  const { part } = wasSetAside
    ? before
    : await readPart(file, (size) => ({ from: 0, to: Math.min(size, MOST_TAIL_BYTES) }));
  const { lines } = splitLines(part);
  const end = lines.findIndex(isReady);
  if (end >= 0) return lines.slice(0, end + 1);
  return wasSetAside ? [] : lines;
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
