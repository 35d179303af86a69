import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResponseHead } from './response-head.ts';

const ROWS = [
  ['a length', 'GET', 'HTTP/1.1 200 OK\r\ncontent-length: 3', { framing: 3, keepAlive: true }],
  ['no reason', 'GET', 'HTTP/1.1 200\r\ncontent-length: 3', { framing: 3, keepAlive: true }],
  ['chunks', 'GET', 'HTTP/1.1 200 \r\ntransfer-encoding: Chunked', { framing: 'chunked', keepAlive: true }],
  ['neither', 'GET', 'HTTP/1.1 200 OK', { framing: undefined, keepAlive: false }],
  [
    'close',
    'GET',
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close',
    { framing: 3, keepAlive: false },
  ],
  ['HTTP/1.0', 'GET', 'HTTP/1.0 200 OK\r\ncontent-length: 3', { framing: 3, keepAlive: false }],
  ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 3', { framing: 0, keepAlive: true }],
  ['100', 'POST', 'HTTP/1.1 100 Continue', { framing: 0, keepAlive: true }],
  ['204', 'POST', 'HTTP/1.1 204 No Content', { framing: 0, keepAlive: true }],
  ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 3', { framing: 0, keepAlive: true }],
] as const;

for (const [what, method, text, expected] of ROWS) {
  test(`where the body ends: ${what}`, () => {
    const { framing, keepAlive } = parseResponseHead(text, method);
    assert.deepEqual({ framing, keepAlive }, expected);
  });
}

for (const text of [
  '',
  'HTTP/2 200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1 200 OK\nx: y',
  'HTTP/1.1 200 O\rK',
  'HTTP/1.1 200 OK\r\n folded: x',
  'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 3',
  'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked',
]) {
  test(`${JSON.stringify(text)} is no answer`, () => {
    assert.throws(() => parseResponseHead(text, 'GET'), /^Error: The answer is not valid/);
  });
}
