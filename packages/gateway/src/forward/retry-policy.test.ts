import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from './attempt.ts';
import { failureToReport, mayRetry } from './retry-policy.ts';

const error = new Error('gone');
const FACTS = { replayable: true, elapsedMs: 10, scoringTimeoutMs: 1_000 };

const CASES: readonly (readonly [AttemptFailure, boolean])[] = [
  [{ kind: 'unreachable', error }, true],
  [{ kind: 'refused', status: 503, headers: {}, text: Buffer.alloc(0) }, true],
  [{ kind: 'closed', error }, true],
  [{ kind: 'broken', error }, false],
  [{ kind: 'timeout' }, false],
  [{ kind: 'abandoned' }, false],
  [{ kind: 'too_large' }, false],
];

for (const [failure, may] of CASES) {
  test(`a request that was ${failure.kind} may ${may ? '' : 'not '}go to another replica`, () => {
    assert.equal(mayRetry(failure, FACTS), may);
    assert.equal(mayRetry(failure, { ...FACTS, replayable: false }), false);
    assert.equal(mayRetry(failure, { ...FACTS, elapsedMs: 1_000 }), false);
  });
}

const refused = (text: string): AttemptFailure => ({
  kind: 'refused',
  status: 503,
  headers: {},
  text: Buffer.from(text),
});
const [first, second] = [refused('first'), refused('second')];
const unreachable: AttemptFailure = { kind: 'unreachable', error };
const closed: AttemptFailure = { kind: 'closed', error };

for (const { failures, told } of [
  { failures: [], told: undefined },
  { failures: [unreachable], told: unreachable },
  { failures: [first, second, unreachable], told: second },
  { failures: [closed, first], told: closed },
]) {
  test(`after ${failures.map(({ kind }) => kind).join(', ') || 'nothing'}, the caller is told ${told?.kind}`, () => {
    assert.equal(failureToReport(failures), told);
  });
}
