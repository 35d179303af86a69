import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Job } from './job.ts';
import { createTestJob } from './job-fixtures.ts';
import { createWaitingJobs, DEFAULT_PRIORITY, LOWEST_PRIORITY, type WaitingJobs } from './waiting-jobs.ts';

const job = (client?: string, priority?: number, rows = 1): Job =>
  createTestJob({ client, priority, rows }).job;

function fill(...jobs: readonly Job[]): WaitingJobs {
  const waiting = createWaitingJobs();
  for (const one of jobs) waiting.add(one);
  return waiting;
}

/** Who has their turn, from the first to the last. */
function order(waiting: WaitingJobs): readonly (string | undefined)[] {
  const clients: (string | undefined)[] = [];
  for (let next = waiting.next(); next !== undefined; next = waiting.next()) {
    clients.push(next.client);
    waiting.removeNext();
  }
  return clients;
}

const times = (count: number, client: string, priority?: number) =>
  Array.from({ length: count }, () => job(client, priority));

test('one of another client waits for one of a thousand, not for all', () => {
  const waiting = fill(...times(1_000, 'busy'), job('quiet'));
  assert.deepEqual(order(waiting).slice(0, 3), ['busy', 'quiet', 'busy']);
});

test('clients take turns, and a new one comes after those who wait', () => {
  const waiting = fill(...times(3, 'a'), ...times(2, 'b'));
  waiting.removeNext();
  waiting.add(job('c'));
  assert.deepEqual(order(waiting), ['b', 'a', 'c', 'b', 'a']);
});

test('a higher priority goes first, whoever asks', () => {
  const waiting = fill(job('late', 7), job('none'), job('zero', 0), job('first', 1), job('beyond', 1_000));
  assert.deepEqual(order(waiting), ['first', 'none', 'zero', 'late', 'beyond']);
});

test('a higher priority that comes later goes first', () => {
  const waiting = fill(job('usual'), job('usual'));
  assert.equal(waiting.next()?.client, 'usual');
  waiting.add(job('urgent', 1));
  assert.deepEqual(order(waiting), ['urgent', 'usual', 'usual']);
});

test('in a full queue a quiet client takes the place of the newest of the busiest', () => {
  const jobs = [...times(2, 'a'), ...times(3, 'b')];
  const waiting = fill(...jobs);
  assert.equal(waiting.removeFor(job('b')), undefined, 'the busiest has no right to more');
  assert.equal(waiting.removeFor(job('c')), jobs[4]);
  waiting.add(job('c'));
  assert.equal(
    waiting.removeFor(job('c')),
    undefined,
    'two of three clients have two, and it would have two',
  );
  assert.deepEqual(order(waiting), ['a', 'b', 'c', 'a', 'b']);
});

test('in a full queue a higher priority takes a place of the lowest', () => {
  const jobs = [job('a', 3), job('b', 9), job('b', 9)];
  const waiting = fill(...jobs);
  assert.equal(waiting.removeFor(job('b', 8)), jobs[2]);
  assert.equal(waiting.removeFor(job('b', 8)), jobs[1]);
  assert.equal(waiting.removeFor(job('b', 8)), undefined);
  assert.equal(waiting.removeFor(job('a', 3)), undefined);
  assert.equal(waiting.removeFor(job('a', 2)), jobs[0]);
  assert.equal(createWaitingJobs().removeFor(job('a', 1)), undefined);
});

const someJobs = fc.array(
  fc.record({
    client: fc.constantFrom(undefined, 'a', 'b', 'c'),
    priority: fc.integer({ min: 0, max: LOWEST_PRIORITY + 1 }),
    rows: fc.nat(3),
    leaves: fc.boolean(),
  }),
  { maxLength: 40 },
);
const levelOf = (priority = 0) => (priority === 0 ? DEFAULT_PRIORITY : Math.min(priority, LOWEST_PRIORITY));

test('whoever comes and leaves, nothing is lost, levels go in order, and no client waits twice in a round', () => {
  fc.assert(
    fc.property(someJobs, fc.nat(10), (specs, takenBefore) => {
      const waiting = createWaitingJobs();
      const leaving = new Set<Job>();
      const left = new Set<Job>();
      for (const { client, priority, rows, leaves } of specs) {
        const one = job(client, priority, rows);
        waiting.add(one);
        left.add(one);
        if (leaves) leaving.add(one);
      }
      for (let index = 0; index < takenBefore; index += 1) {
        left.delete(waiting.next() as Job);
        waiting.removeNext();
      }
      for (const one of waiting.removeWhere((each) => leaving.has(each))) {
        assert.ok(leaving.has(one));
        left.delete(one);
      }
      assert.equal(waiting.size, left.size);
      assert.equal(
        waiting.rows,
        [...left].reduce((sum, { inputs }) => sum + (inputs[0]?.shape[0] ?? 0), 0),
      );
      let level = 0;
      let round = new Set<string | undefined>();
      for (let next = waiting.next(); next !== undefined; next = waiting.next()) {
        waiting.removeNext();
        assert.ok(left.delete(next));
        if (levelOf(next.priority) !== level) round = new Set();
        assert.ok(levelOf(next.priority) >= level);
        level = levelOf(next.priority);
        if (round.has(next.client)) {
          const passedOver = [...left].filter(
            ({ client, priority }) => levelOf(priority) === level && !round.has(client),
          );
          assert.deepEqual(passedOver, [], 'a second turn before the first of another');
          round = new Set();
        }
        round.add(next.client);
      }
      assert.equal(left.size, 0);
      assert.equal(waiting.rows, 0);
    }),
  );
});
