import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './wait-for.ts';

test('returns the first answer', async () => {
  const answers = [undefined, null, false, 0];
  assert.equal(await waitFor(() => answers.shift(), { what: 'an answer' }), 0);
});

test('a condition that throws does not hold yet', async () => {
  let asked = 0;
  const answer = await waitFor(
    () => {
      asked += 1;
      if (asked < 3) throw new Error('too early');
      return asked;
    },
    { what: 'the third question' },
  );
  assert.equal(answer, 3);
});

test('gives up, saying what it waited for and why it did not hold', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('no such file')), {
    what: 'the file',
    timeoutMs: 30,
  });
  await assert.rejects(waiting, (error: Error) => {
    assert.equal(error.message, 'Waited 30 ms for the file.');
    assert.match(String(error.cause), /no such file/);
    return true;
  });
});

test('gives up on a condition that never answers', async () => {
  const waiting = waitFor(() => new Promise<true>(() => undefined), { what: 'nothing', timeoutMs: 30 });
  await assert.rejects(waiting, /Waited 30 ms for nothing/);
});
