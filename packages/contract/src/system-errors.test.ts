import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from './errors.ts';
import { systemCode, unlessMissing } from './system-errors.ts';

const failed = (code: unknown) => Object.assign(new Error('failed'), { code });

const CODES: readonly [unknown, string | undefined][] = [
  [failed('ENOENT'), 'ENOENT'],
  [failed(7), undefined],
  [new Error('other'), undefined],
  [{ code: 'ENOENT' }, undefined],
  [undefined, undefined],
];
for (const [thrown, code] of CODES) {
  test(`${String(thrown)} has the code ${code}`, () => assert.equal(systemCode(thrown), code));
}

test('what is not there is undefined, and any other failure is one', async () => {
  assert.equal(await unlessMissing(Promise.resolve(1)), 1);
  for (const code of ['ENOENT', 'ENOTDIR']) {
    assert.equal(await unlessMissing(Promise.reject(failed(code))), undefined);
  }
  for (const other of [failed('EACCES'), new SlipwayError('not_found', 'Not there.')]) {
    await assert.rejects(unlessMissing(Promise.reject(other)), other);
  }
});
