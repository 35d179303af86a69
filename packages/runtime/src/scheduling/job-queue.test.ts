import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import type { BatchPlan } from './batch-plan.ts';
import type { HeldTime } from './held-time.ts';
import { createTestJob, outcomeOf } from './job-fixtures.ts';
import { createJobQueue, type QueueLimits } from './job-queue.ts';

const limits = { maxQueueLength: 3, maxQueueWaitMs: 500, scoringTimeoutMs: 60_000 };
const NOW = 10_000;
/** Nothing holds the process of a test. */
const notHeld = { watch: () => undefined, look: () => undefined, since: () => 0 };
const open = (
  queueLimits: QueueLimits,
  maxRows: number,
  plan: Partial<BatchPlan> = {},
  held: HeldTime = notHeld,
) =>
  createJobQueue({
    limits: queueLimits,
    plan: { maxRows, maxDelayMs: 0, preferredRows: [], ...plan },
    held,
    secondsFor: (waiting) => waiting,
  });
const at = (arrivedAt: number) => createTestJob({ arrivedAt });

test('gives jobs in the order they came', () => {
  const queue = open(limits, 1);
  const jobs = [at(NOW), at(NOW), at(NOW)];
  for (const { job } of jobs) queue.add(job, 0);
  assert.deepEqual(
    jobs.map(() => queue.take(NOW, 9)),
    jobs.map(({ job }) => [job]),
  );
  assert.deepEqual(queue.take(NOW, 9), []);
});

test('takes what can share a run, up to the rows and the requests allowed', () => {
  const queue = open({ ...limits, maxQueueLength: 9 }, 4);
  const jobs = [1, 1, 2, 1, 9, 1].map((rows) => createTestJob({ rows, arrivedAt: NOW }).job);
  for (const job of jobs) queue.add(job, 0);
  assert.deepEqual(queue.take(NOW, 2), jobs.slice(0, 2), 'as many requests as allowed');
  assert.deepEqual(queue.take(NOW, 9), jobs.slice(2, 4), 'as many rows as allowed');
  assert.deepEqual(queue.take(NOW, 9), jobs.slice(4, 5), 'a larger one runs alone');
  assert.deepEqual(queue.take(NOW, 0), [], 'nothing without a slot');
  assert.equal(queue.size, 1);
});

test('refuses one more than its length at once', async () => {
  const queue = open(limits, 1);
  const jobs = Array.from({ length: 4 }, () => at(NOW));
  for (const { job } of jobs) queue.add(job, 0);
  assert.equal(await outcomeOf(jobs[3] as (typeof jobs)[0]), 'overloaded, not run');
  assert.equal(queue.size, 3);
});

test('does not run what waited too long', async () => {
  const queue = open(limits, 4);
  const late = at(NOW - 501);
  const inTime = at(NOW - 500);
  queue.add(late.job, 0);
  queue.add(inTime.job, 0);
  assert.deepEqual(queue.take(NOW, 9), [inTime.job]);
  assert.equal(await outcomeOf(late), 'overloaded, not run');
});

test('a scoring timeout shorter than the wait comes first', async () => {
  const queue = open({ ...limits, scoringTimeoutMs: 100 }, 1);
  const late = at(NOW - 101);
  queue.add(late.job, 0);
  assert.equal(queue.expire(NOW), undefined);
  assert.equal(await outcomeOf(late), 'deadline_exceeded, not run');
});

test('says when the oldest will have waited too long', () => {
  const queue = open(limits, 1);
  assert.equal(queue.expire(NOW), undefined);
  queue.add(at(NOW - 100).job, 0);
  queue.add(at(NOW).job, 0);
  assert.equal(queue.expire(NOW), NOW + 400);
});

test('does not run what lost its caller, and gives its place away', async () => {
  const queue = open(limits, 1);
  const caller = new AbortController();
  const gone = createTestJob({ arrivedAt: NOW, signal: caller.signal });
  queue.add(gone.job, 0);
  queue.add(at(NOW).job, 0);
  queue.add(at(NOW).job, 0);
  caller.abort();
  const next = at(NOW);
  queue.add(next.job, 0);
  assert.equal(await outcomeOf(gone), 'cancelled, not run');
  assert.equal(queue.size, 3);
});

test('refuses all that waits', async () => {
  const queue = open(limits, 1);
  const waiting = at(NOW);
  queue.add(waiting.job, 0);
  queue.refuse(new SlipwayError('unavailable', 'Closed.'));
  assert.equal(await outcomeOf(waiting), 'unavailable');
  assert.equal(queue.size, 0);
});

test("does not run what waited longer than the caller's own timeout, which others behind it may", async () => {
  const queue = open(limits, 4);
  const hasty = createTestJob({ arrivedAt: NOW, timeoutMs: 20 });
  const patient = at(NOW);
  const longer = createTestJob({ arrivedAt: NOW, timeoutMs: 60_000 });
  for (const { job } of [patient, hasty, longer]) queue.add(job, 0);
  assert.equal(queue.patienceEndsAt(hasty.job), NOW + 20);
  assert.equal(queue.expire(NOW + 20), NOW + 20);
  assert.equal(queue.expire(NOW + 21), NOW + 500, 'the limit of the service holds as well');
  assert.equal(await outcomeOf(hasty), 'deadline_exceeded, not run');
  assert.deepEqual(queue.take(NOW + 22, 9), [patient.job, longer.job]);
});

/** The process was held for 700 ms, which a look tells. */
const createHold = () => {
  let ms = 0;
  return {
    ...notHeld,
    look: () => {
      ms = 700;
    },
    since: () => ms,
  };
};

test('time in which the machine held the process is no waiting', async () => {
  const queue = open(limits, 1, {}, createHold());
  const early = at(NOW - 501);
  const { job } = at(NOW);
  queue.add(early.job, 0);
  queue.add(job, 0);
  assert.equal(queue.patienceEndsAt(job), NOW + 500, 'nobody has looked');
  assert.equal(queue.expire(NOW + 700), NOW + 1_200);
  assert.equal(await outcomeOf(early), 'overloaded, not run');
  assert.deepEqual(queue.take(NOW + 1_200, 9), [job]);
});

test('callers have their timeouts on clocks of their own, which go on', async () => {
  const queue = open({ ...limits, scoringTimeoutMs: 600 }, 1, {}, createHold());
  const hasty = createTestJob({ arrivedAt: NOW, timeoutMs: 200 });
  const slow = at(NOW);
  queue.add(hasty.job, 0);
  queue.add(slow.job, 0);
  assert.equal(queue.expire(NOW + 550), NOW + 600);
  assert.equal(await outcomeOf(hasty), 'deadline_exceeded, not run');
  assert.equal(queue.expire(NOW + 601), undefined);
  assert.equal(await outcomeOf(slow), 'deadline_exceeded, not run');
});

test('a timeout of 0 is none', () => {
  const queue = open(limits, 1);
  assert.equal(queue.patienceEndsAt(createTestJob({ arrivedAt: NOW, timeoutMs: 0 }).job), NOW + 500);
});

test('tells whom it refuses when to come again', async () => {
  const queue = open(limits, 1);
  const jobs = [1, 2, 3, 4].map(() => at(NOW));
  for (const { job } of jobs) queue.add(job, 0);
  const error = await jobs[3]?.answer.catch((thrown: SlipwayError) => thrown);
  assert.deepEqual((error as SlipwayError).details, {
    notRun: true,
    maxQueueLength: 3,
    retryAfterSeconds: 3,
  });
});

test('a full queue has room for a client that has nothing in it, at the cost of the one that fills it', async () => {
  const queue = open(limits, 1);
  const busy = Array.from({ length: 4 }, () => createTestJob({ arrivedAt: NOW, client: 'busy' }));
  const quiet = createTestJob({ arrivedAt: NOW, client: 'quiet' });
  for (const { job } of [...busy, quiet]) queue.add(job, 0);
  assert.equal(queue.size, 3);
  assert.equal(await outcomeOf(busy[3] as (typeof busy)[0]), 'overloaded, not run');
  assert.equal(await outcomeOf(busy[2] as (typeof busy)[0]), 'overloaded, not run');
  const order = [busy[0], quiet, busy[1]].map((one) => one?.job);
  assert.deepEqual(
    [1, 2, 3].map(() => queue.take(NOW, 1)[0]),
    order,
  );
});

test('what cannot share the run of the first ends the run, and goes next', () => {
  const queue = open({ ...limits, maxQueueLength: 9 }, 8);
  const jobs = ['y', 'z', 'y'].map((output) => ({ ...at(NOW).job, outputs: [output] }));
  for (const job of jobs) queue.add(job, 0);
  assert.deepEqual(
    jobs.map(() => queue.take(NOW, 9)),
    jobs.map((job) => [job]),
  );
});

const PATIENT = { maxDelayMs: 50, preferredRows: [2, 4] };

test('requests wait for company until they are a preferred number, or one has waited long enough', () => {
  const queue = open({ ...limits, maxQueueLength: 99 }, 8, PATIENT);
  const add = (arrivedAt: number) => {
    const { job } = at(arrivedAt);
    queue.add(job, 0);
    return job;
  };
  const jobs = [add(NOW)];
  assert.deepEqual(queue.take(NOW, 9), []);
  assert.equal(queue.dueAt(), NOW + 50);
  jobs.push(add(NOW + 10));
  assert.equal(queue.dueAt(), 0);
  jobs.push(add(NOW + 20));
  assert.deepEqual(queue.take(NOW + 20, 9), jobs.slice(0, 2));
  assert.equal(queue.dueAt(), NOW + 70);
  assert.deepEqual(queue.take(NOW + 69, 9), []);
  assert.deepEqual(queue.take(NOW + 70, 9), jobs.slice(2));
});

test('a run that is full does not wait', () => {
  const queue = open({ ...limits, maxQueueLength: 99 }, 8, PATIENT);
  queue.add(createTestJob({ rows: 9, arrivedAt: NOW }).job, 0);
  assert.equal(queue.dueAt(), 0);
  assert.equal(queue.take(NOW, 9).length, 1);
});

test('waiting for company takes at most half of a patience', () => {
  const queue = open(limits, 8, PATIENT);
  queue.add(createTestJob({ arrivedAt: NOW, timeoutMs: 20 }).job, 0);
  assert.equal(queue.dueAt(), NOW + 10);
});
