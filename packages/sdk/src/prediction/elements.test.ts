import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase64, toBase64 } from './base64.ts';
import { bfloatToNumber, halfToNumber, rawBytes, readRaw } from './elements.ts';
import { fromNested, toNested } from './nested-values.ts';

const strings = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 });

test('texts and bytes come back from their raw form', () => {
  fc.assert(
    fc.property(strings, (data) => {
      const tensor = { name: 's', datatype: 'BYTES', shape: [data.length], data } as const;
      assert.deepEqual(readRaw('s', 'BYTES', [data.length], rawBytes(tensor)), tensor);
    }),
  );
});

test('bytes that are cut off are no answer', () => {
  fc.assert(
    fc.property(strings, fc.nat(9), (data, cut) => {
      fc.pre(data.length > 0);
      const raw = rawBytes({ name: 's', datatype: 'BYTES', shape: [data.length], data });
      const short = raw.subarray(0, Math.max(0, raw.length - 1 - cut));
      assert.throws(() => readRaw('s', 'BYTES', [data.length], short), { code: 'internal' });
    }),
  );
});

test('numbers come back from nested arrays, wherever they lie in memory', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 6, maxLength: 6 }), fc.nat(3), (data, shift) => {
      const tensor = { name: 'x', datatype: 'FP32', shape: [3, 2], data } as const;
      assert.deepEqual(fromNested('x', 'FP32', toNested(tensor)), tensor);
      const moved = new Uint8Array(24 + shift);
      moved.set(rawBytes(tensor), shift);
      assert.deepEqual(readRaw('x', 'FP32', [3, 2], moved.subarray(shift)), tensor);
    }),
  );
});

test('base64 is that of everybody else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      const text = toBase64(bytes);
      assert.equal(text, Buffer.from(bytes).toString('base64'));
      assert.deepEqual(fromBase64(text), new Uint8Array(bytes));
    }),
    { numRuns: 20 },
  );
});

const HALVES: readonly [number, number][] = [
  [0x3c00, 1],
  [0xc000, -2],
  [0x0001, 2 ** -24],
  [0x7bff, 65_504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0x7e00, Number.NaN],
  [0x8000, -0],
];
for (const [bits, number] of HALVES) {
  test(`FP16 ${bits.toString(16)} is ${number}`, () => assert.ok(Object.is(halfToNumber(bits), number)));
}

test('BF16 is the upper half of a single', () => {
  assert.equal(bfloatToNumber(0x3f80), 1);
  assert.equal(bfloatToNumber(0xc040), -3);
});

for (const nested of [[[1], [1, 2]], [1, [2]], [[1], 2], ['x'], [{}]]) {
  test(`${JSON.stringify(nested)} is no tensor of numbers`, () => {
    assert.throws(() => fromNested('x', 'FP32', nested), { code: 'invalid_argument' });
  });
}
