import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, integer, property } from 'fast-check';
import { sliceKey } from './slice-key.ts';

test('keys of slices are in the order of their numbers, which is what their code is for', () => {
  const number = integer({ min: -(2 ** 40), max: 2 ** 40 });
  check(
    property(number, number, (a, b) => {
      const [first, second] = [a, b].map((start) => sliceKey('w', [{ start, length: 1 }])) as [
        string,
        string,
      ];
      assert.equal(Math.sign(a - b), first === second ? 0 : first < second ? -1 : 1);
    }),
  );
});

test('the code of numbers is that of OrderedCode::WriteSignedNumIncreasing', () => {
  const rows: readonly (readonly [number, number | null, string])[] = [
    [0, null, '807f'],
    [63, 1, 'bf81'],
    [64, 8191, 'c040dfff'],
    [8192, -64, 'e0200040'],
    [-65, 0, '3fbf80'],
  ];
  for (const [start, length, hex] of rows)
    assert.equal(
      Buffer.from(sliceKey('a\0', [{ start, length }]), 'latin1').toString('hex'),
      `006100ff00010101${hex}`,
    );
});
