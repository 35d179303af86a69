import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, property } from 'fast-check';
import { unpackSnappy } from './snappy.ts';
import { packSnappy, varint } from './table-writer.test.helper.ts';

test('what was packed comes back', () => {
  check(
    property(
      array(constantFrom('a', 'abcd', 'x'.repeat(70), 'slipway', '\0'), { maxLength: 60 }),
      (words) => {
        const bytes = Buffer.from(words.join(''));
        assert.deepEqual(Buffer.from(unpackSnappy(packSnappy(bytes))), bytes);
      },
    ),
  );
});

test('a block that says or does more than it can is refused before it takes memory', () => {
  const rows: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.concat([varint(2 ** 40), Buffer.from([0, 1])]), /cannot hold/],
    [Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 255, 1]), /too large/],
    [Buffer.from([2, 0, 65]), /holds 1 bytes and says 2/],
    [Buffer.from([1, 4, 65, 66]), /more bytes than it says/],
    [Buffer.from([4, 1, 0]), /before the first byte/],
    [Buffer.from([9, 0, 65, 17, 9]), /before the first byte/],
    [Buffer.from([2, 4, 65]), /ends too early/],
    [Buffer.from([]), /ends too early/],
  ];
  for (const [packed, message] of rows)
    assert.throws(() => unpackSnappy(packed), { name: 'RangeError', message });
});
