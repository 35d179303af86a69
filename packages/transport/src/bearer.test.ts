import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerToken, isSameSecret } from './bearer.ts';

const HEADERS: readonly [string | undefined, string | undefined][] = [
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
];
for (const [header, token] of HEADERS) {
  test(`${header} carries ${token}`, () => assert.equal(bearerToken(header), token));
}

test('secrets are the same only if they are equal', () => {
  assert.equal(isSameSecret('abc', 'abc'), true);
  for (const given of ['', 'ab', 'abd', 'abcd', 'ABC']) assert.equal(isSameSecret(given, 'abc'), false);
});
