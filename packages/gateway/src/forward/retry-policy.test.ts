import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from './attempt.ts';
import { mayRetry } from './retry-policy.ts';

const error = new Error('gone');
const FACTS = { replayable: true, elapsedMs: 10, scoringTimeoutMs: 1_000 };

for (const [failure, may] of [
  [{ kind: 'unreachable', error }, true],
  [{ kind: 'refused', status: 503, headers: {}, text: Buffer.alloc(0) }, true],
  [{ kind: 'closed', error }, true],
  [{ kind: 'broken', error }, false],
  [{ kind: 'timeout' }, false],
  [{ kind: 'abandoned' }, false],
  [{ kind: 'too_large' }, false],
] as const satisfies (readonly [AttemptFailure, boolean])[]) {
  test(`a request that was ${failure.kind} may ${may ? '' : 'not '}go to another replica`, () => {
    assert.equal(mayRetry(failure, FACTS), may);
    assert.equal(mayRetry(failure, { ...FACTS, replayable: false }), false);
    assert.equal(mayRetry(failure, { ...FACTS, elapsedMs: 1_000 }), false);
  });
}
