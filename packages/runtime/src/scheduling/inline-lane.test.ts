import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError, type Tensor } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { EngineSession } from '../engines/engine.ts';
import type { BatchPlan } from './batch-plan.ts';
import { createInlineLane } from './inline-lane.ts';
import { createTestJob, outcomeOf, type TestJob } from './job-fixtures.ts';
import { createRunSlots, type RunSlots } from './run-slots.ts';
import type { Watchdog } from './watchdog.ts';

const limits = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 100,
  maxQueueWaitMs: 500,
  scoringTimeoutMs: 60_000,
  drainGraceSeconds: 1,
};
const model = { name: 'm', version: 1, digest: 'sha256:0', path: '/m' };
const POISON = 13;

interface LaneOptions {
  readonly plan?: Partial<BatchPlan>;
  readonly slots?: RunSlots;
  readonly limits?: Partial<Omit<typeof limits, 'maxConcurrentRequests'>>;
}

function open(options: LaneOptions = {}) {
  const runs: number[] = [];
  const beats: string[] = [];
  let closed = false;
  const session: EngineSession = {
    signature: { inputs: [], outputs: [] },
    notes: [],
    run([input]) {
      const tensor = input as Tensor;
      runs.push(tensor.data.length);
      if ((tensor.data as Float32Array).includes(POISON)) throw new SlipwayError('invalid_model', 'Poison.');
      return [{ ...tensor, name: 'y' }];
    },
    placement: () => CPU_PLACEMENT,
    close() {
      closed = true;
    },
  };
  const watchdog: Watchdog = {
    enter: () => beats.push('enter'),
    leave: () => beats.push('leave'),
    close: async () => undefined,
  };
  const lane = createInlineLane({
    model,
    session,
    plan: { maxRows: 4, maxDelayMs: 0, preferredRows: [], ...options.plan },
    limits: { ...limits, ...options.limits },
    slots: options.slots ?? createRunSlots(null),
    watchdog,
  });
  return { lane, runs, beats, isClosed: () => closed };
}

function submitAll(lane: { submit: (job: TestJob['job']) => void }, values: readonly number[]): TestJob[] {
  const jobs = values.map((value) => createTestJob({ value }));
  for (const { job } of jobs) lane.submit(job);
  return jobs;
}

test('what came in one turn shares runs, and each gets its own answer', async () => {
  const { lane, runs, beats } = open();
  const jobs = submitAll(lane, [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(runs, [], 'nothing runs before the turn ends');
  assert.deepEqual(lane.load(), { inFlight: 0, queued: 6 });
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(runs, [4, 2]);
  assert.deepEqual(beats, ['enter', 'leave', 'enter', 'leave']);
  assert.equal((await jobs[0]?.answer)?.timing.batchSize, 4);
  await lane.close();
});

/** Behind the runs of a turn that has begun. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes in turn after turn shares a run, until a turn brings nothing', async () => {
  const { lane, runs } = open({ plan: { maxRows: 8 } });
  // A machine that stands still for a moment ends the wait early.
  for (let tries = 0; tries < 50 && !runs.includes(5); tries += 1) {
    const jobs = submitAll(lane, [1, 2]);
    await nextTurn();
    jobs.push(...submitAll(lane, [3]));
    await nextTurn();
    jobs.push(...submitAll(lane, [4, 5]));
    assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2, 3, 4, 5]);
  }
  assert.ok(runs.includes(5), `Runs of ${runs} jobs.`);
  await lane.close();
});

test('a job that came alone, and as many as a run holds, wait for no other', async () => {
  const { lane, runs } = open();
  const alone = submitAll(lane, [1]);
  await nextTurn();
  assert.deepEqual(runs, [1]);
  const full = submitAll(lane, [1, 2, 3, 4]);
  await nextTurn();
  assert.deepEqual(runs, [1, 4]);
  await Promise.all([...alone, ...full].map(outcomeOf));
  await lane.close();
});

test('those that wait for others run soon, even if others keep coming one by one', async () => {
  const { lane, runs } = open({ plan: { maxRows: 1_000 } });
  const jobs = submitAll(lane, [1, 2]);
  for (let turns = 0; turns < 20 && runs.length === 0; turns += 1) {
    jobs.push(...submitAll(lane, [3]));
    await nextTurn();
  }
  assert.equal(runs.length, 1);
  assert.ok((runs[0] as number) <= 12, `${runs[0]} jobs were run together`);
  await Promise.all(jobs.map(outcomeOf));
  await lane.close();
});

test('those that wait for others run in time, however long reading these takes', async () => {
  const { lane, runs } = open({ plan: { maxRows: 1_000 } });
  const jobs = submitAll(lane, [1, 2]);
  await nextTurn();
  const until = performance.now() + 3;
  while (performance.now() < until);
  jobs.push(...submitAll(lane, [3]));
  await nextTurn();
  assert.deepEqual(runs, [3]);
  await Promise.all(jobs.map(outcomeOf));
  await lane.close();
});

test('a poisoned request fails alone', async () => {
  const { lane } = open();
  const jobs = submitAll(lane, [1, POISON, 3]);
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 'invalid_model', 3]);
  await lane.close();
});

test('no more requests run at once than the replica allows', async () => {
  const { lane, runs } = open({ slots: createRunSlots(2) });
  await Promise.all(submitAll(lane, [1, 2, 3]).map(outcomeOf));
  assert.deepEqual(runs, [2, 1]);
  await lane.close();
});

test('a request waits for slots that another lane has, but not too long', async () => {
  const slots = createRunSlots(1);
  slots.take(1);
  const { lane, runs } = open({ slots, limits: { maxQueueWaitMs: 20 } });
  const late = submitAll(lane, [1]);
  assert.deepEqual(await Promise.all(late.map(outcomeOf)), ['overloaded, not run']);
  const inTime = submitAll(lane, [2]);
  slots.give(1);
  assert.deepEqual(await Promise.all(inTime.map(outcomeOf)), [2]);
  assert.deepEqual(runs, [1]);
  await lane.close();
});

test('a request that comes while others run has its turn', async () => {
  const { lane } = open();
  const [first] = submitAll(lane, [1]);
  await first?.answer;
  assert.deepEqual(await Promise.all(submitAll(lane, [2]).map(outcomeOf)), [2]);
  await lane.close();
});

test('without a queue, what can run at the end of the turn runs, and the rest is refused', async () => {
  const slots = createRunSlots(3);
  const { lane, runs } = open({ slots, limits: { maxQueueLength: 0 } });
  const refused = 'overloaded, not run';
  assert.deepEqual(await Promise.all(submitAll(lane, [1, 2, 3, 4]).map(outcomeOf)), [1, 2, 3, refused]);
  assert.deepEqual(await Promise.all(submitAll(lane, [5]).map(outcomeOf)), [5]);
  slots.take(3);
  assert.deepEqual(await Promise.all(submitAll(lane, [6]).map(outcomeOf)), [refused]);
  assert.deepEqual(runs, [3, 1]);
  await lane.close();
});

test('with a delay, a run waits for as many as it holds, and then no longer', async () => {
  const { lane, runs } = open({ plan: { maxDelayMs: 20 } });
  const full = submitAll(lane, [1, 2, 3, 4]);
  assert.deepEqual(await Promise.all(full.map(outcomeOf)), [1, 2, 3, 4]);
  const few = submitAll(lane, [5, 6]);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.deepEqual(lane.load(), { inFlight: 0, queued: 2 });
  assert.deepEqual(await Promise.all(few.map(outcomeOf)), [5, 6]);
  assert.deepEqual(runs, [4, 2]);
  await lane.close();
});

test('closing does not forget what waits for company', async () => {
  const { lane } = open({ plan: { maxDelayMs: 5 } });
  const jobs = submitAll(lane, [1]);
  await lane.close();
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1]);
});

test('an answer that comes too late is an error', async () => {
  const { lane } = open({ limits: { scoringTimeoutMs: 0 } });
  const late = createTestJob({ arrivedAt: performance.now() - 0.001 });
  lane.submit(late.job);
  assert.match(String(await outcomeOf(late)), /^deadline_exceeded/);
  await lane.close();
});

test('closing answers what waits, and then frees the model', async () => {
  const { lane, isClosed } = open();
  const jobs = submitAll(lane, [1, 2]);
  const closing = lane.close();
  assert.equal(isClosed(), false);
  await closing;
  assert.equal(isClosed(), true);
  assert.deepEqual(await Promise.all(jobs.map(outcomeOf)), [1, 2]);
});

test('refusing answers what waits and whatever comes', async () => {
  const { lane, runs } = open();
  const before = submitAll(lane, [1]);
  lane.refuse(new SlipwayError('unavailable', 'Stuck.', { details: { notRun: true } }));
  const after = submitAll(lane, [2]);
  assert.deepEqual(await Promise.all([...before, ...after].map(outcomeOf)), [
    'unavailable, not run',
    'unavailable, not run',
  ]);
  await lane.close();
  assert.deepEqual(runs, []);
});
