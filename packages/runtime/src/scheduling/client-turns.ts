import { createFifo, type Fifo } from './fifo.ts';
import type { Job } from './job.ts';

/**
 * Jobs of one priority that wait. Clients take turns, one job each, and a client's own jobs go in the order they
 * came: however many a client has waiting, another waits for one of them before each of its own.
 */
export interface ClientTurns {
  readonly size: number;
  add(job: Job): void;
  /** The job whose turn it is. */
  next(): Job | undefined;
  /** Removes the job whose turn it is; the turn passes on. */
  shift(): Job | undefined;
  /** True if the client has less waiting than an equal part, so that others have more. */
  isBelowShare(client: string | undefined): boolean;
  /** Removes the newest job of the client with the most of them; looks at each client once. */
  dropFromLongest(): Job | undefined;
  forEach(visit: (job: Job) => void): void;
  /** Keeps those for which `keep` is true; it is asked once for each. */
  retain(keep: (job: Job) => boolean): void;
}

interface Line {
  readonly client: string | undefined;
  readonly jobs: Fifo<Job>;
}

export function createClientTurns(): ClientTurns {
  const lines = new Map<string | undefined, Line>();
  const turns = createFifo<Line>();
  let size = 0;

  const openLine = (client: string | undefined): Line => {
    const line = { client, jobs: createFifo<Job>() };
    lines.set(client, line);
    turns.push(line);
    return line;
  };
  const closeEmptyLines = () => {
    turns.retain((line) => {
      if (line.jobs.size === 0) lines.delete(line.client);
      return line.jobs.size > 0;
    });
  };

  return {
    get size() {
      return size;
    },
    add(job) {
      const line = lines.get(job.client) ?? openLine(job.client);
      line.jobs.push(job);
      size += 1;
    },
    next: () => turns.first()?.jobs.first(),
    shift() {
      const line = turns.first();
      const job = line?.jobs.shift();
      if (line === undefined || job === undefined) return undefined;
      size -= 1;
      if (line.jobs.size === 0) {
        turns.shift();
        lines.delete(line.client);
      } else if (turns.size > 1) {
        turns.shift();
        turns.push(line);
      }
      return job;
    },
    isBelowShare(client) {
      const line = lines.get(client);
      const clients = lines.size + (line === undefined ? 1 : 0);
      return ((line?.jobs.size ?? 0) + 1) * clients <= size;
    },
    dropFromLongest() {
      let longest: Line | undefined;
      for (const line of lines.values()) {
        if (longest === undefined || line.jobs.size > longest.jobs.size) longest = line;
      }
      const job = longest?.jobs.pop();
      if (job === undefined) return undefined;
      size -= 1;
      if (longest?.jobs.size === 0) closeEmptyLines();
      return job;
    },
    forEach(visit) {
      for (const { jobs } of lines.values()) jobs.forEach(visit);
    },
    retain(keep) {
      size = 0;
      for (const { jobs } of lines.values()) {
        jobs.retain(keep);
        size += jobs.size;
      }
      closeEmptyLines();
    },
  };
}
