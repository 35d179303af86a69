import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocolOf } from './protocol-sniffer.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

for (const [bytes, protocol] of [
  ['', 'undecided'],
  ['P', 'undecided'],
  [PREFACE.slice(0, 23), 'undecided'],
  [PREFACE, 'http2'],
  [`${PREFACE}\0\0\x12`, 'http2'],
  ['GET / HTTP/1.1\r\n', 'http1'],
  ['PUT', 'http1'],
  ['PRI * HTTP/1.1\r\n', 'http1'],
  ['\x16\x03\x01', 'http1'],
] as const) {
  test(`${JSON.stringify(bytes)} is ${protocol}`, () => {
    assert.equal(protocolOf(Buffer.from(bytes, 'latin1')), protocol);
  });
}
