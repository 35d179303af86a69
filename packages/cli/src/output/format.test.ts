import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, bytes, pairs } from './format.ts';

const SIZES: readonly [number, string][] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_234_567, '1.2 MB'],
  [5e15, '5000.0 TB'],
];
for (const [count, text] of SIZES) {
  test(`${count} bytes are ${text}`, () => assert.equal(bytes(count), text));
}

const AGES: readonly [number, string][] = [
  [-5, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3599, '59m'],
  [7200, '2h'],
  [90_000, '1d'],
];
for (const [passed, text] of AGES) {
  test(`${passed} s ago is ${text}`, () => {
    const instant = '2026-01-01T00:00:00.000Z';
    assert.equal(age(instant, Date.parse(instant) + passed * 1000), text);
  });
}

test('pairs stand on one line, and no pairs are nothing', () => {
  assert.equal(pairs({ stage: 'prod', team: 'vision' }), 'stage=prod, team=vision');
  assert.equal(pairs({}), undefined);
});
