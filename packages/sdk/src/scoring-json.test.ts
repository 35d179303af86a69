import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatScoringJson, parseScoringJson } from './scoring-json.ts';

const READ: readonly [string, unknown][] = [
  ['{"a":[1,2.5,"x",null,true]}', { a: [1, 2.5, 'x', null, true] }],
  ['[NaN,Infinity,-Infinity]', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ['["NaN","a \\"Infinity\\" b","\\\\",NaN]', ['NaN', 'a "Infinity" b', '\\', Number.NaN]],
  ['{"NaN":-0.0}', { NaN: -0 }],
  ['[9007199254740991,9007199254740992]', [9_007_199_254_740_991, 9_007_199_254_740_992n]],
  ['[-9223372036854775808,18446744073709551615]', [-(2n ** 63n), 2n ** 64n - 1n]],
  ['[100000000000000000000.0,1e20,0.1234567890123456]', [1e20, 1e20, 0.1234567890123456]],
  ['["12345678901234567890"]', ['12345678901234567890']],
];
for (const [text, value] of READ) {
  test(`reads ${text}`, () => assert.deepEqual(parseScoringJson(text), value));
}

for (const text of ['', '{', 'NaNNaN', '[nan]', '--Infinity', '"NaN', '[NaN', '01234567890123456']) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseScoringJson(text), SyntaxError));
}

const WRITTEN: readonly [unknown, string][] = [
  [{ data: [1, 'x', null] }, '{"data":[1,"x",null]}'],
  [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], '[NaN,Infinity,-Infinity]'],
  [['-0e-999', '"1e999', Number.NaN], '["-0e-999","\\"1e999",NaN]'],
  [[9_007_199_254_740_993n, -(2n ** 63n)], '[9007199254740993,-9223372036854775808]'],
  [[Float32Array.of(1, 0.5), BigInt64Array.of(5n)], '[[1,0.5],[5]]'],
  [undefined, ''],
];
for (const [value, text] of WRITTEN) {
  test(`writes ${text}`, () => assert.equal(formatScoringJson(value), text));
}

test('a string of megabytes is no trouble', () => {
  const value = ['\\"'.repeat(2_000_000), Number.NaN];
  assert.deepEqual(parseScoringJson(formatScoringJson(value)), value);
});
