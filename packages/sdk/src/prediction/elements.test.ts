import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase64, toBase64 } from './base64.ts';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf, rawBytes, readRaw } from './elements.ts';
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

test('every FP16 and BF16 comes back from the number that it is', () => {
  for (let bits = 0; bits < 0x1_0000; bits += 1) {
    const [half, bfloat] = [halfToNumber(bits), bfloatToNumber(bits)];
    if (!Number.isNaN(half)) assert.equal(numberToHalf(half), bits);
    if (!Number.isNaN(bfloat)) assert.equal(numberToBfloat(bfloat), bits);
  }
  assert.deepEqual([numberToHalf(Number.NaN), numberToBfloat(Number.NaN)], [0x7e00, 0x7fc0]);
});

test('a number becomes the FP16 that JavaScript rounds it to', () => {
  const rounded = (value: number) => new Uint16Array(Float16Array.of(value).buffer)[0];
  const near = [65_519, 65_520, 1e300, 2 ** -25, 2 ** -25 * 1.01, 2048.5, 2049, 2051, 1 + 2 ** -11, -1e-300];
  for (const value of near) assert.equal(numberToHalf(value), rounded(value), String(value));
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.float({ noNaN: true }), (any, single) => {
      for (const value of [any, single]) assert.equal(numberToHalf(value), rounded(value));
    }),
  );
});

test('FP16 and BF16 come from nested arrays', () => {
  assert.deepEqual(fromNested('x', 'FP16', [1, -2]).data, Uint16Array.of(0x3c00, 0xc000));
  assert.deepEqual(fromNested('x', 'BF16', [1, -3]).data, Uint16Array.of(0x3f80, 0xc040));
});

for (const nested of [[[1], [1, 2]], [1, [2]], [[1], 2], ['x'], [{}]]) {
  test(`${JSON.stringify(nested)} is no tensor of numbers`, () => {
    assert.throws(() => fromNested('x', 'FP32', nested), { code: 'invalid_argument' });
  });
}
