import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedEncoding } from './compression.ts';

test('the encoding that a caller likes best is chosen, and none that it does not accept', () => {
  const rows: [string | undefined, ReturnType<typeof acceptedEncoding>][] = [
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['br', undefined],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate', 'deflate'],
    ['deflate, gzip', 'gzip'],
    ['gzip;q=0.5, deflate;q=0.9', 'deflate'],
    ['gzip; q=0', undefined],
    ['gzip;q=0, *', 'deflate'],
    ['*', 'gzip'],
    ['*;q=0', undefined],
    ['gzip;q=nonsense', undefined],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', 'gzip'],
  ];
  for (const [header, expected] of rows) assert.equal(acceptedEncoding(header), expected, header);
});
