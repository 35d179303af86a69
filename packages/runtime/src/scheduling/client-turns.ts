import {
  createFifo,
  type Fifo,
  firstOf,
  forEachOf,
  put,
  retain,
  sizeOf,
  takeFirst,
  takeLast,
} from './fifo.ts';
import type { WaitingJob } from './job.ts';

/**
 * Jobs of one priority that wait. Clients take turns, one job each, and a client's own jobs go in the order they
 * came: however many a client has waiting, another waits for one of them before each of its own.
 */
export interface ClientTurns<J extends WaitingJob> {
  readonly size: number;
  add(job: J): void;
  /** The job whose turn it is. */
  next(): J | undefined;
  /** Removes the job whose turn it is; the turn passes on. */
  takeNext(): J | undefined;
  /** True if the client has less waiting than an equal part, so that others have more. */
  isBelowShare(client: string | undefined): boolean;
  /** Removes the newest job of the client with the most of them; looks at each client once. */
  takeFromLongest(): J | undefined;
  forEach(visit: (job: J) => void): void;
  /** Keeps those for which `keep` is true; it is asked once for each. */
  retain(keep: (job: J) => boolean): void;
}

/** What one client has waiting. The last to become empty is kept, because the same client is likely to come next. */
interface Line<J> {
  readonly client: string | undefined;
  readonly jobs: Fifo<J>;
}

export function createClientTurns<J extends WaitingJob>(): ClientTurns<J> {
  const lines = new Map<string | undefined, Line<J>>();
  const turns = createFifo<Line<J>>();
  let size = 0;

  const lineOf = (client: string | undefined): Line<J> => {
    const first = firstOf(turns);
    if (first !== undefined && first.client === client) return first;
    if (size === 0) removeEmpty();
    return lines.get(client) ?? openLine(client);
  };
  const openLine = (client: string | undefined): Line<J> => {
    const line = { client, jobs: createFifo<J>() };
    lines.set(client, line);
    put(turns, line);
    return line;
  };
  const removeEmpty = () => {
    retain(turns, ({ client, jobs }) => {
      const isEmpty = sizeOf(jobs) === 0;
      if (isEmpty) lines.delete(client);
      return !isEmpty;
    });
  };
  const passOn = (line: Line<J>) => {
    if (sizeOf(turns) === 1) return;
    takeFirst(turns);
    if (sizeOf(line.jobs) > 0) put(turns, line);
    else lines.delete(line.client);
  };

  return {
    get size() {
      return size;
    },
    add(job) {
      put(lineOf(job.client).jobs, job);
      size += 1;
    },
    next() {
      const line = firstOf(turns);
      return line && firstOf(line.jobs);
    },
    takeNext() {
      const line = firstOf(turns);
      const job = line && takeFirst(line.jobs);
      if (job === undefined) return undefined;
      size -= 1;
      passOn(line as Line<J>);
      return job;
    },
    isBelowShare(client) {
      const line = lines.get(client);
      const clients = lines.size + (line === undefined ? 1 : 0);
      return ((line === undefined ? 0 : sizeOf(line.jobs)) + 1) * clients <= size;
    },
    takeFromLongest() {
      let longest: Line<J> | undefined;
      for (const line of lines.values()) {
        if (longest === undefined || sizeOf(line.jobs) > sizeOf(longest.jobs)) longest = line;
      }
      const job = longest && takeLast(longest.jobs);
      if (job === undefined) return undefined;
      size -= 1;
      removeEmpty();
      return job;
    },
    forEach(visit) {
      for (const { jobs } of lines.values()) forEachOf(jobs, visit);
    },
    retain(keep) {
      size = 0;
      for (const { jobs } of lines.values()) {
        retain(jobs, keep);
        size += sizeOf(jobs);
      }
      removeEmpty();
    },
  };
}
