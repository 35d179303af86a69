import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@slipway/testkit';
import { createBodyDecoder } from './body-decoder.ts';
import type { Framing } from './framing.ts';
import { split } from './fuzz-messages.test.helper.ts';
import { HttpProblem } from './problems.ts';

/** What comes of a body: its bytes and what stands behind it, or the status of its refusal. */
type Decoded = { readonly body: string; readonly rest: string | undefined } | number;

/** Decodes pieces as a connection does: what a piece leaves over comes again before the next. */
function decode(framing: Framing, pieces: readonly Buffer[]): Decoded {
  const decoder = createBodyDecoder(framing);
  let [body, pending] = ['', Buffer.alloc(0)];
  for (const piece of pieces) {
    pending = Buffer.concat([pending, piece]);
    while (!decoder.isOver) {
      const part = decoder.next(pending, 0);
      if (part instanceof HttpProblem) return part.status;
      body += part.chunk?.toString('latin1') ?? '';
      pending = pending.subarray(part.offset);
      if (part.chunk === undefined) break;
    }
  }
  return { body, rest: decoder.isOver ? pending.toString('latin1') : undefined };
}

const LONG = 'x'.repeat(16_384);
const ROWS: readonly (readonly [framing: Framing, bytes: string, decoded: Decoded])[] = [
  [0, 'next', { body: '', rest: 'next' }],
  [3, 'abcnext', { body: 'abc', rest: 'next' }],
  [3, 'ab', { body: 'ab', rest: undefined }],
  ['chunked', '0\r\n\r\nnext', { body: '', rest: 'next' }],
  ['chunked', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nnext', { body: 'abcde', rest: 'next' }],
  ['chunked', 'A\r\n0\r\n\r\n56789\r\n000\r\n\r\n', { body: '0\r\n\r\n56789', rest: '' }],
  ['chunked', '3;a;b=c;d="e\\";\xff"\r\nabc\r\n0;f\r\n\r\n', { body: 'abc', rest: '' }],
  ['chunked', '0\r\nX-T: 1\r\nX-U:\r\n\r\nnext', { body: '', rest: 'next' }],
  ['chunked', '3\r\nabc\r\n0\r\n', { body: 'abc', rest: undefined }],
  ['chunked', '3\r\nabcd\r\n', 400],
  ['chunked', '3\nabc\r\n0\r\n\r\n', 400],
  ['chunked', '\r\n', 400],
  ['chunked', ' 3\r\n', 400],
  ['chunked', '3 \r\n', 400],
  ['chunked', '3 ;a\r\n', 400],
  ['chunked', '3;\r\n', 400],
  ['chunked', '3;a=\x01\r\n', 400],
  ['chunked', '3;a="b\r\n', 400],
  ['chunked', '0x3\r\n', 400],
  ['chunked', '+3\r\n', 400],
  ['chunked', '-1\r\n', 400],
  ['chunked', 'fffffffffffff\r\n', 400],
  ['chunked', '0\r\n folded\r\n\r\n', 400],
  ['chunked', '0\r\nnone\r\n\r\n', 400],
  ['chunked', '0\r\nx: \0\r\n\r\n', 400],
  ['chunked', '0\r\nContent-Length: 3\r\n\r\n', 400],
  ['chunked', '0\r\ntransfer-encoding: chunked\r\n\r\n', 400],
  ['chunked', `3;${LONG}\r\nabc\r\n`, 413],
  ['chunked', LONG.repeat(2), 413],
  ['chunked', `0\r\n${'x: y\r\n'.repeat(3_000)}\r\n`, 413],
  ['chunked', `1;${LONG.slice(0, 9_000)}\r\na\r\n`.repeat(3), { body: 'aaa', rest: undefined }],
];

for (const [framing, bytes, decoded] of ROWS) {
  const name = bytes.length > 60 ? `${bytes.slice(0, 20)}… (${bytes.length} bytes)` : bytes;
  test(`${framing}: ${JSON.stringify(name)}, in one piece and in many`, () => {
    const whole = Buffer.from(bytes, 'latin1');
    assert.deepEqual(decode(framing, [whole]), decoded);
    const random = seededRandom(bytes.length);
    for (let time = 0; time < 20; time += 1) assert.deepEqual(decode(framing, split(whole, random)), decoded);
  });
}
