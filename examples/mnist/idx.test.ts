import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readIdx } from './idx.ts';

const TWO_BY_THREE = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

for (const [what, file] of [
  ['a plain file', TWO_BY_THREE],
  ['a compressed file', gzipSync(TWO_BY_THREE)],
] as const) {
  test(`reads ${what}`, () => {
    const { shape, data } = readIdx(file);
    assert.deepEqual(shape, [2, 3]);
    assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
  });
}

const BAD: readonly [string, Uint8Array, RegExp][] = [
  ['nothing', new Uint8Array(), /not an IDX file/],
  ['floats', Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0), /not an IDX file/],
  ['half a header', TWO_BY_THREE.subarray(0, 9), /ends inside its header of 12 bytes/],
  ['too few elements', TWO_BY_THREE.subarray(0, 17), /holds 5 elements, its header promises 6/],
];

for (const [what, file, message] of BAD) {
  test(`refuses ${what}`, () => assert.throws(() => readIdx(file), message));
}
