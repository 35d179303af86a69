import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { RETRY_PAUSES_MS, tryAgain } from './attempts.ts';

const AT_ONCE = RETRY_PAUSES_MS.map(() => 0);

test('there are five attempts, 1, 2, 4 and 8 seconds apart', () => {
  assert.deepEqual(RETRY_PAUSES_MS, [1_000, 2_000, 4_000, 8_000]);
});

const FAILURES: readonly [Error, number][] = [
  [new SlipwayError('unavailable', 'Nobody is there.'), 5],
  [new SlipwayError('unauthenticated', 'The key is wrong.'), 5],
  [new SlipwayError('not_found', 'There is no such service.'), 5],
  [new SlipwayError('deadline_exceeded', 'It took too long.'), 5],
  [new SlipwayError('internal', 'The model failed.'), 5],
  [new SlipwayError('invalid_argument', 'There is no such input.'), 1],
  [new SlipwayError('cancelled', 'The caller gave up.'), 1],
];
for (const [error, attempts] of FAILURES) {
  test(`"${error.message}" is tried ${attempts} times`, async () => {
    const told: unknown[] = [];
    let tried = 0;
    const fail = async (): Promise<never> => {
      tried += 1;
      throw error;
    };
    const onRepeat = (thrown: unknown): void => void told.push(thrown);
    await assert.rejects(tryAgain({ pausesMs: AT_ONCE, onRepeat, signal: undefined }, fail), error);
    assert.equal(tried, attempts);
    assert.deepEqual(told, Array(attempts - 1).fill(error));
  });
}

test('an attempt that succeeds is the last', async () => {
  const answers = [new SlipwayError('unavailable', 'Not yet.'), 7, 8];
  const attempt = async (): Promise<unknown> => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  assert.equal(await tryAgain({ pausesMs: AT_ONCE, onRepeat: () => {}, signal: undefined }, attempt), 7);
});

test('a caller who gives up does not wait for the pause to end', async () => {
  const caller = new AbortController();
  const attempt = async (): Promise<never> => {
    caller.abort();
    throw new SlipwayError('unavailable', 'Nobody is there.');
  };
  const attempts = { pausesMs: [3_600_000], onRepeat: () => {}, signal: caller.signal };
  await assert.rejects(tryAgain(attempts, attempt), { code: 'cancelled' });
});
