import {
  type ReplicaLimits,
  type ReplicaModel,
  type SlipwayError,
  STUCK_RUN_GRACE_MS,
  toSlipwayError,
} from '@slipway/contract';
import { createAlarm } from './alarm.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { RunReport } from './framed-run.ts';
import { createHeldTime } from './held-time.ts';
import type { Job, Lane } from './job.ts';
import { createJobQueue } from './job-queue.ts';
import type { ModelWorker } from './model-worker.ts';
import { createPace } from './pace.ts';
import { stuck, timedOut } from './refusals.ts';
import type { RunSlots } from './run-slots.ts';

export interface WorkerLaneOptions {
  readonly model: ReplicaModel;
  /** Threads that have the model loaded, or are about to: jobs wait for them. */
  readonly workers: Promise<readonly ModelWorker[]>;
  readonly plan: BatchPlan;
  readonly limits: ReplicaLimits;
  readonly slots: RunSlots;
  /** Called once, when a run is stuck or a thread was lost: the lane then refuses everything with the error. */
  readonly onBroken: (error: SlipwayError) => void;
}

interface Run {
  readonly jobs: readonly Job[];
  readonly startedAt: number;
}

/**
 * Runs jobs on worker threads. A thread that becomes free takes what waits, as much as can share a run. A
 * thread that runs is never ended, because that aborts the process: a stuck one breaks the lane.
 */
export function createWorkerLane(options: WorkerLaneOptions): Lane {
  const { model, plan, limits, slots } = options;
  let pace = createPace(1);
  const held = createHeldTime(() => queue.size > 0 || runs.size > 0);
  const queue = createJobQueue<Job>({
    limits,
    plan,
    held,
    secondsFor: (waiting) => pace.secondsFor(waiting),
  });
  const alarm = createAlarm(() => keepDeadlines());
  const idle: ModelWorker[] = [];
  const runs = new Set<Run>();
  let refusal: SlipwayError | undefined;
  let broken = false;
  let whenIdle: (() => void) | undefined;

  const started = options.workers.then(
    (workers) => {
      pace = createPace(workers.length);
      for (const worker of workers) {
        worker.onLost(fail);
        idle.push(worker);
      }
      dispatch();
      return workers;
    },
    (thrown: unknown) => {
      fail(toSlipwayError(thrown));
      return [];
    },
  );

  const dispatch = () => {
    while (idle.length > 0 && queue.size > 0) {
      const startedAt = performance.now();
      const dueAt = queue.dueAt();
      if (dueAt > startedAt) return alarm.atLatest(dueAt);
      const granted = slots.take(plan.maxRows);
      // Another lane has all slots, and gives word when it gives one back.
      if (granted === 0) return;
      const jobs = queue.take(startedAt, granted);
      const worker = jobs.length > 0 ? idle.pop() : undefined;
      if (worker !== undefined) void execute(worker, { jobs, startedAt });
      slots.give(granted - jobs.length);
    }
    checkIdle();
  };

  const checkIdle = () => {
    if (runs.size === 0 && queue.size === 0) whenIdle?.();
  };

  const execute = async (worker: ModelWorker, run: Run) => {
    runs.add(run);
    alarm.atLatest((run.jobs[0]?.arrivedAt ?? run.startedAt) + limits.scoringTimeoutMs);
    try {
      settle(model, run, await worker.run(run.jobs));
      pace.ran(run.jobs.length, performance.now() - run.startedAt);
    } catch (thrown) {
      for (const job of run.jobs) job.reject(toSlipwayError(thrown));
    }
    // Also after an error: a worker that was lost has broken the lane, and any other is free again.
    idle.push(worker);
    runs.delete(run);
    slots.give(run.jobs.length);
    dispatch();
  };

  const keepDeadlines = () => {
    const now = performance.now();
    held.look();
    const nextInQueue = queue.expire(now);
    if (nextInQueue !== undefined) alarm.atLatest(nextInQueue);
    for (const run of runs) {
      for (const job of run.jobs) {
        const deadline = job.arrivedAt + limits.scoringTimeoutMs;
        // A promise that is rejected already takes no notice.
        if (now >= deadline) job.reject(timedOut(limits.scoringTimeoutMs, true));
        else alarm.atLatest(deadline);
      }
      const stuckAt =
        run.startedAt + limits.scoringTimeoutMs + STUCK_RUN_GRACE_MS + held.since(run.startedAt);
      if (now >= stuckAt) fail(stuck(model.name));
      else alarm.atLatest(stuckAt);
    }
    dispatch();
  };

  const refuse = (error: SlipwayError) => {
    refusal = error;
    queue.refuse(error);
    checkIdle();
  };
  const fail = (error: SlipwayError) => {
    if (broken) return;
    broken = true;
    refuse(error);
    options.onBroken(error);
  };

  slots.onFree(dispatch);
  return {
    submit(job) {
      if (refusal !== undefined) return job.reject(refusal);
      queue.add(job, Math.min(slots.free, idle.length));
      alarm.atLatest(queue.patienceEndsAt(job));
      dispatch();
    },
    load: () => ({ inFlight: countJobs(runs), queued: queue.size }),
    refuse,
    async close() {
      const workers = await started;
      if (runs.size > 0 || queue.size > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      alarm.cancel();
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function settle(model: ReplicaModel, run: Run, report: RunReport): void {
  for (const [index, job] of run.jobs.entries()) {
    const outcome = report.outcomes[index];
    if (outcome === undefined) continue;
    if ('error' in outcome) job.reject(outcome.error);
    else {
      const { outputs, batchSize } = outcome;
      const timing = { queueMs: run.startedAt - job.arrivedAt, runMs: report.runMs, batchSize };
      job.resolve({ model: model.name, version: model.version, outputs, timing });
    }
  }
}

function countJobs(runs: ReadonlySet<Run>): number {
  let count = 0;
  for (const run of runs) count += run.jobs.length;
  return count;
}
