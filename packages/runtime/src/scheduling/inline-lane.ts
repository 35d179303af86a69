import type { ReplicaLimits, ReplicaModel, SlipwayError } from '@slipway/contract';
import type { EngineSession } from '../engines/engine.ts';
import { createAlarm } from './alarm.ts';
import type { BatchPlan } from './batch-plan.ts';
import { createHeldTime } from './held-time.ts';
import type { Job, Lane } from './job.ts';
import { createJobQueue } from './job-queue.ts';
import { createPace } from './pace.ts';
import { timedOut } from './refusals.ts';
import { runBatch } from './run-batch.ts';
import type { RunSlots } from './run-slots.ts';
import type { Watchdog } from './watchdog.ts';

/** Milliseconds of runs before the sockets get their turn again; bounds what one turn adds to any latency. */
const TURN_MS = 2;

/** Milliseconds that jobs wait at most for others, which are being read meanwhile. */
const GATHER_MS = 2;

/** So many jobs share what a run costs whatever its size; with more to wait for, reading and answering overlap less. */
const GATHERED_JOBS = 12;

export interface InlineLaneOptions {
  readonly model: ReplicaModel;
  readonly session: EngineSession;
  readonly plan: BatchPlan;
  readonly limits: ReplicaLimits;
  readonly slots: RunSlots;
  readonly watchdog: Watchdog;
}

/**
 * Runs jobs on the calling thread, in shared runs where they can share one. A job that came alone in its turn of the event
 * loop runs at the end of it. Where a few came, they wait until a turn brings no other: callers that were answered
 * together come back together, and one run of all takes little longer than each of two.
 */
export function createInlineLane(options: InlineLaneOptions): Lane {
  const { model, session, plan, limits, slots, watchdog } = options;
  const pace = createPace(1);
  const held = createHeldTime(() => queue.size > 0);
  const queue = createJobQueue<Job>({ limits, plan, held, secondsFor: pace.secondsFor });
  let scheduled = false;
  let refusal: SlipwayError | undefined;
  let whenEmpty: (() => void) | undefined;

  /** How many waited when the last turn ended, if they were left to wait; and until when they may be. */
  let gathered = 0;
  let gatherUntil = 0;

  const mayBeJoined = (now: number): boolean => {
    if (gathered === 0) gatherUntil = now + GATHER_MS;
    const hasRoom = queue.size < Math.min(slots.free, plan.maxRows, GATHERED_JOBS);
    const isGrowing = queue.size > Math.max(gathered, 1);
    const waits = hasRoom && isGrowing && now < gatherUntil;
    gathered = waits ? queue.size : 0;
    return waits;
  };
  const turn = () => {
    const startedAt = performance.now();
    const until = startedAt + TURN_MS;
    scheduled = false;
    if (mayBeJoined(startedAt)) return schedule();
    while (queue.size > 0) {
      const now = performance.now();
      if (now > until) return schedule();
      const dueAt = queue.dueAt();
      if (dueAt > now) return alarm.atLatest(dueAt);
      if (!runNext()) return waitForSlots();
    }
    whenEmpty?.();
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  };
  const runNext = (): boolean => {
    const granted = slots.take(plan.maxRows);
    if (granted === 0) return false;
    const startedAt = performance.now();
    const batch = queue.take(startedAt, granted);
    if (batch.length > 0) run(batch, startedAt);
    slots.give(granted);
    return true;
  };
  /** Worker lanes have them all. One calls back when it gives some back; until then no job may wait too long. */
  const waitForSlots = () => {
    const lookAgain = queue.expire(performance.now());
    if (lookAgain === undefined) whenEmpty?.();
    else alarm.atLatest(lookAgain);
  };
  const alarm = createAlarm(() => {
    queue.expire(performance.now());
    schedule();
  });
  const run = (batch: readonly Job[], startedAt: number) => {
    watchdog.enter();
    const outcomes = runBatch(session, batch);
    watchdog.leave();
    const endedAt = performance.now();
    pace.ran(batch.length, endedAt - startedAt);
    for (let index = 0; index < batch.length; index += 1) {
      const job = batch[index] as Job;
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if ('error' in outcome) job.reject(outcome.error);
      else if (endedAt - job.arrivedAt > limits.scoringTimeoutMs) {
        job.reject(timedOut(limits.scoringTimeoutMs, true));
      } else {
        const { outputs, batchSize } = outcome;
        const timing = { queueMs: startedAt - job.arrivedAt, runMs: endedAt - startedAt, batchSize };
        job.resolve({ model: model.name, version: model.version, outputs, timing });
      }
    }
  };

  slots.onFree(() => {
    if (queue.size > 0) schedule();
  });
  return {
    submit(job) {
      if (refusal !== undefined) return job.reject(refusal);
      queue.add(job, Math.min(slots.free, plan.maxRows));
      schedule();
    },
    // A run begins and ends within one turn, so nobody can look while something is in flight.
    load: () => ({ inFlight: 0, queued: queue.size }),
    refuse(error) {
      refusal = error;
      queue.refuse(error);
      whenEmpty?.();
    },
    async close() {
      if (queue.size > 0) await new Promise<void>((resolve) => (whenEmpty = resolve));
      alarm.cancel();
      session.close();
    },
  };
}
