import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { finishJson, type JsonOutput, startJson } from './output.ts';
import { putGeneralDouble, putGeneralSingle } from './write-g-format.ts';

function written(put: (output: JsonOutput, value: number) => void, value: number): string {
  const output = startJson();
  put(output, value);
  return finishJson(output).toString();
}

const single = (value: number) => written(putGeneralSingle, Math.fround(value));
const double = (value: number) => written(putGeneralDouble, value);

test('singles are printed as TensorFlow Serving prints them', () => {
  const rows: [number, string][] = [
    [9_000_000, '9e+06'],
    [999_999, '999999.0'],
    [0.5, '0.5'],
    [0.0003, '0.0003'],
    [0.00003, '3e-05'],
    [555_557.5, '555557.5'],
    [1 / 3, '0.333333343'],
    [0.1, '0.1'],
    [0.2, '0.2'],
    [3, '3.0'],
    [100_000, '100000.0'],
    [1_000_000, '1e+06'],
    [16_777_216, '16777216.0'],
    [16_777_217, '16777216.0'],
    [123_456_789, '123456792.0'],
    [1_234_567_890, '1.23456794e+09'],
    [3.4028234663852886e38, '3.40282347e+38'],
    [1.401298464324817e-45, '1.4013e-45'],
    [1.17549435e-38, '1.17549435e-38'],
    [0, '0.0'],
    [-0, '-0.0'],
    [-2.5, '-2.5'],
    [1 + 2 ** -9, '1.00195312'],
    [1 + 3 * 2 ** -9, '1.00585938'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ];
  for (const [value, text] of rows) assert.equal(single(value), text, String(value));
});

test('doubles are printed as TensorFlow Serving prints them', () => {
  const rows: [number, string][] = [
    [1 / 3, '0.33333333333333331'],
    [0.1, '0.1'],
    [9_000_000, '9e+06'],
    [123_456_789, '123456789.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** -25, '2.9802322387695312e-08'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [5e-324, '4.94066e-324'],
    [1e22, '1e+22'],
    [-0, '-0.0'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of rows) assert.equal(double(value), text, String(value));
});

test('what is written reads back as the same number', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      assert.ok(Object.is(Math.fround(Number(single(value))), value), `${value}: ${single(value)}`);
    }),
    { numRuns: 3000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      assert.ok(Object.is(Number(double(value)), value), `${value}: ${double(value)}`);
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test('every digit is the one that printf of C prints', (t) => {
  const random = fc.sample(fc.float({ noNaN: true, noDefaultInfinity: true }), { numRuns: 400, seed: 3 });
  const middles = Array.from({ length: 400 }, (_, index) => Math.fround(1 + index * 2 ** -9));
  const values = [...random, ...middles, ...middles.map((value) => value * 2 ** 20)].filter(
    (value) => value !== 0,
  );
  const texts = values.map((value) => value.toExponential(99));
  const printf = (format: string): string[] =>
    execFileSync('/usr/bin/printf', [`${format}\\n`, ...texts], { env: { LC_ALL: 'C' } })
      .toString()
      .split('\n');
  let few: string[];
  let all: string[];
  try {
    few = printf('%.6g');
    all = printf('%.9g');
  } catch {
    t.skip('this machine has no printf that rounds numbers of a hundred digits exactly');
    return;
  }
  for (const [index, value] of values.entries()) {
    const short = few[index] ?? '';
    const expected = Math.fround(Number(short)) === value ? short : (all[index] ?? '');
    const pointed = /[.e]/.test(expected) ? expected : `${expected}.0`;
    assert.equal(single(value), pointed);
  }
});
