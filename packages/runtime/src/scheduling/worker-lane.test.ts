import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError, STUCK_RUN_GRACE_MS, type Tensor } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { RunRequest } from './batch.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { RunReport } from './framed-run.ts';
import { hold, lastWordsOf, startProgram } from './held-program.test.helper.ts';
import { createTestJob, outcomeOf, type TestJob } from './job-fixtures.ts';
import type { ModelWorker } from './model-worker.ts';
import { createRunSlots, type RunSlots } from './run-slots.ts';
import { createWorkerLane } from './worker-lane.ts';

const limits = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 100,
  maxQueueWaitMs: 10_000,
  scoringTimeoutMs: 10_000,
  drainGraceSeconds: 1,
};
const model = { name: 'm', version: 1, digest: 'sha256:0', path: '/m' };

/** A worker whose runs end when the test says so. */
function createHeldWorker() {
  const runs: {
    readonly requests: readonly RunRequest[];
    readonly end: () => void;
    readonly fail: (error: SlipwayError) => void;
  }[] = [];
  let lost: (error: SlipwayError) => void = () => undefined;
  let closed = false;
  const worker: ModelWorker = {
    info: {
      signature: { inputs: [], outputs: [] },
      notes: [],
      loadMs: 0,
      warmUp: { runMs: 1, rowMs: 1, batchRows: 32, elements: 1, refusal: null, placement: CPU_PLACEMENT },
    },
    run(requests) {
      const { promise, resolve, reject } = Promise.withResolvers<RunReport>();
      const outcomes = requests.map(({ inputs }) => ({
        outputs: [{ ...(inputs[0] as Tensor), name: 'y' }],
        batchSize: requests.length,
      }));
      runs.push({ requests, end: () => resolve({ outcomes, runMs: 1 }), fail: reject });
      return promise;
    },
    async close() {
      closed = true;
    },
    onLost(listener) {
      lost = listener;
    },
  };
  return {
    worker,
    runs,
    endRun: () => runs.at(-1)?.end(),
    lose: (error: SlipwayError) => lost(error),
    isClosed: () => closed,
  };
}

interface LaneOptions {
  readonly workers?: Promise<readonly ModelWorker[]>;
  readonly limits?: Partial<typeof limits>;
  readonly slots?: RunSlots;
  readonly plan?: Partial<BatchPlan>;
}

async function open(options: LaneOptions = {}) {
  const held = createHeldWorker();
  const broken: SlipwayError[] = [];
  const workers = options.workers ?? Promise.resolve([held.worker]);
  const lane = createWorkerLane({
    model,
    workers,
    plan: { maxRows: 4, maxDelayMs: 0, preferredRows: [], ...options.plan },
    limits: { ...limits, ...options.limits },
    slots: options.slots ?? createRunSlots(null),
    onBroken: (error) => broken.push(error),
  });
  await workers.catch(() => undefined);
  const submit = (...values: number[]): TestJob[] => {
    const jobs = values.map((value) => createTestJob({ value }));
    for (const { job } of jobs) lane.submit(job);
    return jobs;
  };
  return { lane, held, broken, submit };
}

test('a free worker takes a job at once, and then all that can share a run', async () => {
  const { lane, held, submit } = await open();
  const jobs = submit(1, 2, 3, 4, 5, 6);
  assert.deepEqual(lane.load(), { inFlight: 1, queued: 5 });
  held.endRun();
  assert.equal(await outcomeOf(jobs[0] as TestJob), 1);
  assert.deepEqual(lane.load(), { inFlight: 4, queued: 1 });
  held.endRun();
  assert.equal((await jobs[4]?.answer)?.timing.batchSize, 4);
  held.endRun();
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    held.runs.map(({ requests }) => requests.length),
    [1, 4, 1],
  );
  await lane.close();
});

test('without a queue, a free worker takes a job and a busy one none', async () => {
  const { lane, held, submit } = await open({ limits: { maxQueueLength: 0 } });
  const [first, second] = submit(1, 2) as [TestJob, TestJob];
  assert.equal(await outcomeOf(second), 'overloaded, not run');
  held.endRun();
  assert.equal(await outcomeOf(first), 1);
  const [third] = submit(3) as [TestJob];
  held.endRun();
  assert.equal(await outcomeOf(third), 3);
  await lane.close();
});

test('no more requests run at once than the replica allows', async () => {
  const slots = createRunSlots(2);
  const { lane, held, submit } = await open({ slots });
  slots.take(2);
  const jobs = submit(1, 2, 3);
  assert.equal(held.runs.length, 0);
  slots.give(2);
  assert.equal(held.runs[0]?.requests.length, 2);
  held.endRun();
  await jobs[0]?.answer;
  held.endRun();
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2, 3]);
  await lane.close();
});

test('a job that waits too long is refused and never run', async () => {
  const { lane, held, submit } = await open({ limits: { maxQueueWaitMs: 20 } });
  const [running, waiting] = submit(1, 2);
  assert.equal(await outcomeOf(waiting as TestJob), 'overloaded, not run');
  held.endRun();
  assert.equal(await outcomeOf(running as TestJob), 1);
  await lane.close();
  assert.equal(held.runs.length, 1);
});

test('a job whose own timeout is over leaves the queue, and so do those whose callers have gone', async () => {
  const { lane, held, submit } = await open({ limits: { maxQueueWaitMs: 50 } });
  const [running] = submit(1) as [TestJob];
  const hasty = createTestJob({ value: 2, timeoutMs: 5 });
  const caller = new AbortController();
  const gone = Array.from({ length: 50 }, () => createTestJob({ signal: caller.signal }));
  for (const { job } of [hasty, ...gone]) lane.submit(job);
  caller.abort();
  assert.equal(await outcomeOf(hasty), 'deadline_exceeded, not run');
  const outcomes = new Set(await Promise.all(gone.map(outcomeOf)));
  assert.deepEqual([...outcomes], ['cancelled, not run']);
  assert.deepEqual(lane.load(), { inFlight: 1, queued: 0 });
  held.endRun();
  assert.equal(await outcomeOf(running), 1);
  assert.equal(held.runs.length, 1);
  await lane.close();
});

test('a client with one job waits for one of the client with many', async () => {
  const { lane, held } = await open({ plan: { maxRows: 1 } });
  const jobs = [1, 2, 3].map((value) => createTestJob({ value, client: 'busy' }));
  const quiet = createTestJob({ value: 9, client: 'quiet' });
  for (const { job } of [...jobs, quiet]) lane.submit(job);
  for (let run = 1; run <= 4; run += 1) {
    while (held.runs.length < run) await new Promise(setImmediate);
    held.endRun();
  }
  await Promise.all([...jobs, quiet].map(outcomeOf));
  const order = held.runs.map(({ requests }) => requests[0]?.inputs[0]?.data[0]);
  assert.deepEqual(order, [1, 2, 9, 3]);
  await lane.close();
});

test('with a delay, a free worker waits for as many as a run holds, and then no longer', async () => {
  const { lane, held, submit } = await open({ plan: { maxDelayMs: 20 } });
  const few = submit(1, 2);
  assert.deepEqual(lane.load(), { inFlight: 0, queued: 2 });
  while (held.runs.length < 1) await new Promise(setImmediate);
  assert.deepEqual(lane.load(), { inFlight: 2, queued: 0 });
  held.endRun();
  await Promise.all(few.map(outcomeOf));
  submit(3, 4, 5, 6);
  assert.deepEqual(lane.load(), { inFlight: 4, queued: 0 });
  held.endRun();
  await lane.close();
});

test('a run over the scoring timeout fails its caller, and the next goes on', async () => {
  const { lane, held, broken, submit } = await open({ limits: { scoringTimeoutMs: 20 } });
  const [slow] = submit(1);
  assert.equal(await outcomeOf(slow as TestJob), 'deadline_exceeded');
  held.endRun();
  const [next] = submit(2);
  assert.equal(await waitForRunAndEnd(held, next as TestJob), 2);
  assert.deepEqual(broken, []);
  await lane.close();
});

async function waitForRunAndEnd(held: ReturnType<typeof createHeldWorker>, job: TestJob): Promise<unknown> {
  while (held.runs.length < 2) await new Promise(setImmediate);
  held.endRun();
  return outcomeOf(job);
}

test('a stuck run breaks the lane: it alone fails, what waits was not run', async () => {
  const { lane, held, broken, submit } = await open({ limits: { scoringTimeoutMs: 20 } });
  const [stuck] = submit(1);
  assert.equal(await outcomeOf(stuck as TestJob), 'deadline_exceeded');
  const waiting = createTestJob({ arrivedAt: performance.now() + 100_000 });
  lane.submit(waiting.job);
  assert.equal(await outcomeOf(waiting), 'unavailable, not run');
  assert.deepEqual(await Promise.all(submit(3).map(outcomeOf)), ['unavailable, not run']);
  assert.equal(broken.length, 1);
  held.endRun();
  await lane.close();
  assert.equal(held.isClosed(), true);
});

test('a run is not stuck because the machine held the process', async (t) => {
  const scoringTimeoutMs = 2_000;
  const heldMs = scoringTimeoutMs + STUCK_RUN_GRACE_MS;
  const body = `
    let told, broken = false;
    const job = { inputs: [], outputs: [], arrivedAt: from, resolve: () => {}, reject: ({ code }) => { told = code; } };
    // Too late by the clock, and in time but for the hold: the alarm rings first.
    const ended = pause(${heldMs + 500}).then(() => ({ outcomes: [{ outputs: [] }], runMs: 1 }));
    const worker = { run: () => ended, onLost: () => {}, close: async () => {} };
    const lane = createWorkerLane({
      model: {},
      workers: Promise.resolve([worker]),
      plan: { maxRows: 1, maxDelayMs: 0, preferredRows: [] },
      limits: ${JSON.stringify({ ...limits, scoringTimeoutMs })},
      slots: createRunSlots(null),
      onBroken: () => { broken = true; },
    });
    lane.submit(job);
    console.log('waiting');
    await ended;
    await lane.close();
    say({ told, broken });
  `;
  const imports = { createWorkerLane: 'worker-lane', createRunSlots: 'run-slots' };
  const program = await startProgram(t, { imports, body });
  await hold(program, heldMs);
  assert.deepEqual(await lastWordsOf(program), { told: 'deadline_exceeded', broken: false });
});

test('a run that fails on the way costs its caller, and not the worker', async () => {
  const { lane, held, broken, submit } = await open();
  const [failed] = submit(1);
  held.runs[0]?.fail(new SlipwayError('internal', 'No memory for its outputs.'));
  assert.equal(await outcomeOf(failed as TestJob), 'internal');
  const [next] = submit(2);
  assert.equal(await waitForRunAndEnd(held, next as TestJob), 2);
  assert.deepEqual(broken, []);
  await lane.close();
});

test('a lost worker breaks the lane', async () => {
  const { lane, held, broken, submit } = await open();
  held.lose(new SlipwayError('internal', 'It ended.'));
  assert.deepEqual(await Promise.all(submit(1).map(outcomeOf)), ['internal']);
  assert.equal(broken.length, 1);
  await lane.close();
});

test('jobs wait for workers that start, and fail with them', async () => {
  const starting = Promise.withResolvers<readonly ModelWorker[]>();
  const { held, lane, submit } = await (async () => {
    const opening = open({ workers: starting.promise });
    starting.resolve([]);
    return opening;
  })();
  assert.equal(lane.load().queued, 0);
  submit(1);
  assert.deepEqual(lane.load(), { inFlight: 0, queued: 1 });
  assert.equal(held.runs.length, 0);
  lane.refuse(new SlipwayError('unavailable', 'Over.'));

  const failing = Promise.reject(new SlipwayError('invalid_model', 'No such file.'));
  const failed = await open({ workers: failing });
  assert.deepEqual(await Promise.all(failed.submit(1).map(outcomeOf)), ['invalid_model']);
  await Promise.all([lane.close(), failed.lane.close()]);
});

test('closing waits for what runs and what waits, and frees the workers', async () => {
  const { lane, held, submit } = await open();
  const jobs = submit(1, 2);
  const closing = lane.close();
  held.endRun();
  await jobs[0]?.answer;
  assert.equal(held.isClosed(), false);
  held.endRun();
  await closing;
  assert.equal(held.isClosed(), true);
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2]);
});
