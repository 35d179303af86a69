import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PythonVersion, parsePythonWish, takesPython } from './python-wish.ts';

const ROWS: readonly [string, PythonVersion, boolean][] = [
  ['3', [3, 13, 0], true],
  ['3.11', [3, 11, 7], true],
  ['=3.11', [3, 11, 0], true],
  ['==3.11.7', [3, 11, 7], true],
  ['3.11.7', [3, 11, 8], false],
  ['3.1', [3, 11, 7], false],
  ['3.11.*', [3, 11, 7], true],
  ['>=3.9,<3.12', [3, 11, 7], true],
  ['>=3.9,<3.12', [3, 12, 0], false],
  ['>= 3.9, != 3.11', [3, 11, 7], false],
  ['>3.11', [3, 11, 7], true],
  ['<=3.11', [3, 11, 7], false],
  ['~=3.9', [3, 12, 0], true],
  ['~=3.9.1', [3, 10, 0], false],
  ['~=3.9.1', [3, 9, 18], true],
];
for (const [text, version, taken] of ROWS) {
  test(`"${text}" ${taken ? 'takes' : 'does not take'} ${version.join('.')}`, () => {
    const wish = parsePythonWish(text);
    assert.ok(wish);
    assert.equal(takesPython(wish, version), taken);
  });
}

for (const text of ['', 'x', '3.', '3.11.7.1', '3.11 || 3.12', '^3.11', '3.11,']) {
  test(`"${text}" is no version`, () => assert.equal(parsePythonWish(text), undefined));
}
