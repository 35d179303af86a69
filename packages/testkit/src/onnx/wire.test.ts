import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatField, floatsField, integerField, integersField, messageField, textField } from './wire.ts';

// The first two and the fourth row are examples of https://protobuf.dev/programming-guides/encoding/.
const FIELDS: readonly [string, Uint8Array, readonly number[]][] = [
  ['an integer', integerField(1, 150), [0x08, 0x96, 0x01]],
  ['text', textField(2, 'testing'), [0x12, 0x07, ...Buffer.from('testing')]],
  ['a negative integer', integerField(1, -2), [0x08, 0xfe, ...new Array(8).fill(0xff), 0x01]],
  ['packed integers', integersField(6, [3, 270n, 86_942]), [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]],
  ['no integers', integersField(1, []), [0x0a, 0x00]],
  ['a field number above 15', integerField(20, 1), [0xa0, 0x01, 0x01]],
  ['a float', floatField(2, 1), [0x15, 0x00, 0x00, 0x80, 0x3f]],
  ['packed floats', floatsField(7, [1]), [0x3a, 0x04, 0x00, 0x00, 0x80, 0x3f]],
  ['a message', messageField(3, [integerField(1, 150)]), [0x1a, 0x03, 0x08, 0x96, 0x01]],
];

for (const [what, field, bytes] of FIELDS) {
  test(`writes ${what}`, () => assert.deepEqual([...field], bytes));
}
