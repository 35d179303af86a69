import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';

test('a pause is as long as what waits is likely to take', () => {
  const pace = createPace(1);
  assert.equal(pace.secondsFor(1_000), 1, 'nothing is known');
  pace.ran(10, 100);
  assert.equal(pace.secondsFor(450), 5, '450 requests of 10 ms');
  assert.equal(pace.secondsFor(0), 1, 'a header cannot say less');
  assert.equal(pace.secondsFor(1_000_000), 30, 'nobody knows what is then');
});

test('two engines take half the time', () => {
  const pace = createPace(2);
  pace.ran(1, 1_000);
  assert.equal(pace.secondsFor(10), 5);
});

test('it follows a change of pace', () => {
  const pace = createPace(1);
  pace.ran(1, 1_000);
  for (let run = 0; run < 100; run += 1) pace.ran(1, 100);
  assert.equal(pace.secondsFor(50), 6);
});
