import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from './client-of.ts';

test('a client is its address, or what the gateway beside the replica saw', () => {
  const rows: [string | undefined, string | undefined, string | undefined][] = [
    ['10.0.0.9', undefined, '10.0.0.9'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '10.0.0.9', '10.0.0.9'],
    ['::1', 'made up, 10.0.0.9', '10.0.0.9'],
    ['10.0.0.9', 'made up', '10.0.0.9'],
    [undefined, 'made up', undefined],
  ];
  for (const [remoteAddress, forwarded, expected] of rows) {
    assert.equal(clientOf({ remoteAddress, headers: { 'x-forwarded-for': forwarded } }), expected);
  }
});
