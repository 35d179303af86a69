import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  disturbedPercent,
  parseProcess,
  parseProcessorTime,
  processorTime,
  ticksBelow,
} from './disturbance.ts';

test('time is summed over what processors do, without the guests that are in it already', () => {
  const stat = 'cpu  100 10 20 300 5 0 15 50 7 7\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  assert.deepEqual(parseProcessorTime(stat), { all: 500, stolen: 50, used: 130 });
});

test('a process is read behind its name, whatever that is', () => {
  const stat = '12 (a) 9 (b) S 3 12 12 0 -1 4194560 1 2 3 4 50 7 8 9 20 0 1 0 100 0 0';
  assert.deepEqual(parseProcess(stat), [{ pid: 12, parent: 3, ticks: 57 }]);
  assert.deepEqual(parseProcess(''), []);
});

test('ours is what this process and those below it used', () => {
  const one = (pid: number, parent: number) => ({ pid, parent, ticks: pid });
  assert.equal(ticksBelow(2, [one(1, 0), one(2, 1), one(3, 2), one(4, 3), one(5, 1)]), 9);
  assert.equal(ticksBelow(9, []), 0);
});

test('what others had between two looks is what was stolen and what other processes used', () => {
  const before = { all: 500, stolen: 50, used: 100, ours: 10 };
  assert.equal(disturbedPercent(before, { all: 700, stolen: 60, used: 150, ours: 56 }), 7);
  assert.equal(disturbedPercent(before, { all: 700, stolen: 60, used: 150, ours: 61 }), 5);
  assert.equal(disturbedPercent(undefined, before), Number.NaN);
});

test('a machine that has such files tells its time', { skip: process.platform !== 'linux' }, () => {
  const now = processorTime();
  assert.ok(now !== undefined && now.ours > 0 && now.used >= now.ours && now.all > now.used);
});
