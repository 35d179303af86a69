import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseReplica } from './choose-replica.ts';

const NOW = 1_000;
const replica = (name: string, inFlight: number, suspectUntil = 0) => ({ name, inFlight, suspectUntil });

test('takes the one with the fewest requests', () => {
  const replicas = [replica('a', 2), replica('b', 1), replica('c', 3)];
  for (const start of [0, 1, 2]) assert.equal(chooseReplica(replicas, [], start, NOW)?.name, 'b');
});

test('goes round among equals', () => {
  const replicas = [replica('a', 1), replica('b', 1), replica('c', 1)];
  const chosen = [0, 1, 2, 3].map((start) => chooseReplica(replicas, [], start, NOW)?.name);
  assert.deepEqual(chosen, ['a', 'b', 'c', 'a']);
});

test('leaves out what was tried, until nothing is left', () => {
  const [a, b] = [replica('a', 0), replica('b', 9)];
  assert.equal(chooseReplica([a, b], [a], 0, NOW), b);
  assert.equal(chooseReplica([a, b], [a, b], 0, NOW), undefined);
  assert.equal(chooseReplica([], [], 0, NOW), undefined);
});

test('a suspect is taken only if there is no other, and no longer than for its time', () => {
  const [suspect, busy] = [replica('suspect', 0, NOW + 1), replica('busy', 9)];
  assert.equal(chooseReplica([suspect, busy], [], 0, NOW), busy);
  assert.equal(chooseReplica([suspect, busy], [busy], 0, NOW), suspect);
  assert.equal(chooseReplica([suspect, busy], [], 0, NOW + 1), suspect);
});
