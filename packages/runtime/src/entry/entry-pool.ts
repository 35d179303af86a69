import { setTimeout as pause } from 'node:timers/promises';
import { type ReplicaLimits, SlipwayError, toSlipwayError } from '@slipway/contract';
import type { Log } from '../data-plane/log.ts';
import { createAlarm } from '../scheduling/alarm.ts';
import { createHeldTime } from '../scheduling/held-time.ts';
import type { WaitingJob } from '../scheduling/job.ts';
import { createJobQueue } from '../scheduling/job-queue.ts';
import { createPace } from '../scheduling/pace.ts';
import { draining, timedOut } from '../scheduling/refusals.ts';
import { backOffMs } from './back-off.ts';
import type { EntryAnswer, EntryFacts, EntryRequest, EntryWorker } from './entry-worker.ts';
import { residentBytes } from './resident-bytes.ts';

/** Who asks a script, and how urgent it is. */
export type EntryCaller = Pick<WaitingJob, 'client' | 'signal'>;

/** The answer of a script, and where the time went in milliseconds. */
export interface EntryOutcome {
  readonly answer: EntryAnswer;
  readonly queueMs: number;
  readonly runMs: number;
}

/** Copies of the user's script that answer side by side, each one request at a time. */
export interface EntryPool {
  /** What is known of the script; `undefined` until the workers have started. */
  facts(): EntryFacts | undefined;
  /** Resolves when every worker is ready. Rejects with the `script_failed` of the first that cannot start. */
  start(): Promise<void>;
  /**
   * Waits for a worker and asks it. Rejects with `overloaded` (the queue is full or the wait was too long), `deadline_exceeded`
   * (over the scoring timeout: its worker is ended and replaced), `script_failed` (its worker ended), `unavailable` (draining).
   */
  call(request: EntryRequest, caller: EntryCaller): Promise<EntryOutcome>;
  /** The document of `/swagger.json`; waits as `call` does. */
  swagger(version: string, caller: EntryCaller): Promise<EntryAnswer>;
  load(): { readonly inFlight: number; readonly queued: number };
  /** The resident set of each worker that is a process, in bytes, where the system tells. */
  workerBytes(): readonly number[];
  /**
   * Starts workers anew, on the script as it is now, and lets those before them go when they have answered. Rejects as `start` does; those
   * before go on then.
   */
  renew(): Promise<void>;
  /** Takes nothing new, finishes what it has until the signal, and ends the workers. True if all was answered. */
  drain(signal: AbortSignal): Promise<boolean>;
  /** Ends every worker at once. */
  kill(): void;
}

export interface EntryPoolOptions {
  readonly workers: number;
  readonly limits: ReplicaLimits;
  readonly startWorker: (signal: AbortSignal) => Promise<EntryWorker>;
  /** Only a new replica may help: no worker is left, and none could be started again and again. */
  readonly onHopeless: (error: SlipwayError) => void;
  readonly log: Log;
}

interface EntryJob extends WaitingJob {
  readonly ask: (worker: EntryWorker) => Promise<EntryAnswer>;
  readonly resolve: (outcome: EntryOutcome) => void;
}

interface Run {
  readonly job: EntryJob;
  readonly worker: EntryWorker;
}

/** A request for a script has no tensors, and nothing joins its run. */
const NO_TENSORS = { inputs: [], outputs: [] };
const ONE_BY_ONE = { maxRows: 1, maxDelayMs: 0, preferredRows: [] };

/** Replacements that may fail to start in a row while no worker is left. */
const MOST_FAILED_STARTS = 5;

/** A worker that ends sooner than this, and under no request, counts as one that failed to start. */
const SHORT_LIFE_MS = 5_000;

/** What a worker that is told to end gets for what the script does at its exit. */
const EXIT_GRACE_MS = 3_000;

export function createEntryPool(options: EntryPoolOptions): EntryPool {
  const { workers: wanted, limits, log } = options;
  const most = Math.min(wanted, limits.maxConcurrentRequests ?? wanted);
  const pace = createPace(most);
  const held = createHeldTime(() => queue.size > 0);
  const queue = createJobQueue<EntryJob>({ limits, plan: ONE_BY_ONE, held, secondsFor: pace.secondsFor });
  const workers = new Set<EntryWorker>();
  const idle: EntryWorker[] = [];
  /** They finish what they have, and get nothing new. */
  const leaving = new Set<EntryWorker>();
  const runs = new Set<Run>();
  const starting = new AbortController();
  let facts: EntryFacts | undefined;
  let failedStarts = 0;
  let refusal: SlipwayError | undefined;
  let whenIdle: (() => void) | undefined;

  const canRun = () => Math.min(idle.length, most - runs.size);

  const dispatch = () => {
    const now = performance.now();
    while (queue.size > 0 && canRun() > 0) {
      const [job] = queue.take(now, 1);
      const worker = job && idle.pop();
      if (worker === undefined) break;
      void execute(job as EntryJob, worker, now);
    }
    if (runs.size === 0 && queue.size === 0) whenIdle?.();
  };

  const execute = async (job: EntryJob, worker: EntryWorker, startedAt: number) => {
    const run = { job, worker };
    runs.add(run);
    const deadline = job.arrivedAt + limits.scoringTimeoutMs;
    const timer = setTimeout(() => giveUp(run), Math.max(0, deadline - startedAt));
    try {
      const answer = await job.ask(worker);
      const runMs = performance.now() - startedAt;
      pace.ran(1, runMs);
      job.resolve({ answer, queueMs: startedAt - job.arrivedAt, runMs });
      if (workers.has(worker)) idle.push(worker);
      else if (leaving.has(worker)) void worker.stop(EXIT_GRACE_MS);
    } catch (thrown) {
      job.reject(toSlipwayError(thrown));
    }
    clearTimeout(timer);
    runs.delete(run);
    dispatch();
  };

  /** Its caller is told now; that the worker ends says the rest. */
  const giveUp = ({ job, worker }: Run) => {
    job.reject(timedOut(limits.scoringTimeoutMs, true));
    const message = `A request was not answered within the scoring timeout of ${limits.scoringTimeoutMs} ms, so that its worker was killed.`;
    worker.kill(new SlipwayError('script_failed', message));
  };

  const alarm = createAlarm(() => {
    const next = queue.expire(performance.now());
    if (next !== undefined) alarm.atLatest(next);
    dispatch();
  });

  const hire = async () => {
    const worker = await startOne();
    // All may have been renewed meanwhile.
    if (workers.size < wanted) employ(worker);
    else await worker.stop(0);
  };

  const startOne = async (): Promise<EntryWorker> => {
    const startedAt = performance.now();
    const worker = await options.startWorker(starting.signal);
    const ms = Math.round(performance.now() - startedAt);
    log.info({ runtime: worker.facts.runtime, ms }, 'A worker is ready.');
    return worker;
  };

  const employ = (worker: EntryWorker) => {
    const readyAt = performance.now();
    facts = worker.facts;
    workers.add(worker);
    idle.push(worker);
    void worker.ended.then((error) => replace(worker, error, performance.now() - readyAt));
    dispatch();
  };

  const dismiss = (worker: EntryWorker) => {
    workers.delete(worker);
    leaving.add(worker);
    const index = idle.indexOf(worker);
    if (index < 0) return;
    idle.splice(index, 1);
    void worker.stop(EXIT_GRACE_MS);
  };

  const replace = (worker: EntryWorker, error: SlipwayError, livedMs: number) => {
    leaving.delete(worker);
    if (!workers.delete(worker)) return;
    const index = idle.indexOf(worker);
    if (index >= 0) idle.splice(index, 1);
    if (starting.signal.aborted) return;
    // One that ends by itself and without a request would do so again at once.
    failedStarts = index >= 0 && livedMs < SHORT_LIFE_MS ? failedStarts + 1 : 0;
    log.error({ reason: error.message, ...error.details }, 'A worker has ended and is replaced.');
    void hireAgain();
  };

  const hireAgain = async () => {
    while (!starting.signal.aborted) {
      try {
        await pause(backOffMs(failedStarts), undefined, { signal: starting.signal });
        return await hire();
      } catch (thrown) {
        if (starting.signal.aborted) return;
        failedStarts += 1;
        const error = toSlipwayError(thrown);
        log.error({ reason: error.message, failedStarts }, 'A worker could not be started.');
        if (workers.size === 0 && failedStarts >= MOST_FAILED_STARTS)
          return options.onHopeless(hopeless(error));
      }
    }
  };

  const submit = (ask: EntryJob['ask'], caller: EntryCaller): Promise<EntryOutcome> => {
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const arrivedAt = performance.now();
      const job = { ...NO_TENSORS, ...caller, arrivedAt, ask, resolve, reject };
      queue.add(job, canRun());
      dispatch();
      if (queue.size > 0) alarm.atLatest(queue.patienceEndsAt(job));
    });
  };

  const answeredAll = (signal: AbortSignal): Promise<boolean> => {
    if (runs.size === 0 && queue.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      whenIdle = () => resolve(true);
      signal.addEventListener('abort', () => resolve(false));
      if (signal.aborted) resolve(false);
    });
  };

  const kill = () => {
    starting.abort();
    for (const worker of [...workers, ...leaving]) worker.kill(draining());
  };

  return {
    facts: () => facts,
    start: async () => {
      try {
        await Promise.all(Array.from({ length: wanted }, hire));
      } catch (thrown) {
        kill();
        throw thrown;
      }
    },
    call: (request, caller) => submit((worker) => worker.call(request), caller),
    swagger: async (version, caller) => (await submit((worker) => worker.swagger(version), caller)).answer,
    workerBytes: () =>
      [...workers]
        .flatMap(({ pid }) => (pid === undefined ? [] : [residentBytes(pid)]))
        .filter((bytes) => bytes !== undefined),
    load: () => ({ inFlight: runs.size, queued: queue.size }),
    async renew() {
      const before = [...workers];
      const fresh = await allStarted(Array.from({ length: wanted }, startOne));
      if (starting.signal.aborted) throw draining();
      for (const worker of fresh) employ(worker);
      for (const worker of before) dismiss(worker);
      failedStarts = 0;
    },
    async drain(signal) {
      refusal = draining();
      const isAnswered = await answeredAll(signal);
      queue.refuse(draining());
      starting.abort();
      alarm.cancel();
      const graceMs = isAnswered ? EXIT_GRACE_MS : 0;
      await Promise.all([...workers, ...leaving].map((worker) => worker.stop(graceMs)));
      return isAnswered;
    },
    kill,
  };
}

/** All of them, or none: where one has failed, the others are ended. */
async function allStarted(starts: readonly Promise<EntryWorker>[]): Promise<readonly EntryWorker[]> {
  const results = await Promise.allSettled(starts);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.all(started.map((worker) => worker.stop(0)));
  throw failed.reason;
}

function hopeless({ message }: SlipwayError): SlipwayError {
  return new SlipwayError('script_failed', `No worker of the script can be started any more. ${message}`);
}
