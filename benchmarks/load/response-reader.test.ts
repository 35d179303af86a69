import assert from 'node:assert/strict';
import { test } from 'node:test';
import { responseReader } from './response-reader.ts';

const ANSWER = Buffer.from('HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nx: y\r\n\r\nhello');

for (const size of [1, 7, 20, 1000]) {
  test(`reads an answer that arrives ${size} bytes at a time, twice`, () => {
    const reader = responseReader();
    for (let time = 0; time < 2; time += 1) {
      const answers = [];
      for (let at = 0; at < ANSWER.length; at += size) {
        const answer = reader.push(ANSWER.subarray(at, at + size));
        if (answer !== undefined) answers.push([answer.status, String(answer.body)]);
      }
      assert.deepEqual(answers, [[503, 'hello']]);
    }
  });
}

test('reads an answer without a body', () => {
  const answer = responseReader().push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  assert.equal(answer?.status, 200);
  assert.equal(answer?.body.length, 0);
});

for (const [what, bytes, message] of [
  ['no content length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', /Not an HTTP\/1.1 answer/],
  ['another protocol', 'SSH-2.0\r\n\r\n', /Not an HTTP\/1.1 answer/],
  ['no end', 'x'.repeat(70_000), /no end of its head/],
  ['more than one answer', `${ANSWER}HTTP`, /more than it was asked for/],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(() => responseReader().push(Buffer.from(bytes)), message);
  });
}
