import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classTables, topClasses } from './top-classes.ts';

test('each row of scores has its best classes', () => {
  const rows = topClasses([[[0.1, 0.7, 0.2]], [[0.5, 0, 0.5]]], 2, ['a', 'b']);
  assert.deepEqual(rows, [
    [
      { index: 1, label: 'b', score: 0.7 },
      { index: 2, label: undefined, score: 0.2 },
    ],
    [
      { index: 0, label: 'a', score: 0.5 },
      { index: 2, label: undefined, score: 0.5 },
    ],
  ]);
});

test('they are told as tables', () => {
  assert.equal(classTables(topClasses([0.25, 0.75], 1, undefined)), 'CLASS  SCORE\n1      0.750000');
  assert.equal(
    classTables(topClasses([[1], [2]], 5, ['a'])),
    'CLASS  LABEL  SCORE\n0      a      1.00000\n\nCLASS  LABEL  SCORE\n0      a      2.00000',
  );
});

for (const scores of [undefined, 1, [], ['x'], [[true]]]) {
  test(`${JSON.stringify(scores)} has no classes`, () => {
    assert.throws(() => topClasses(scores, 1, undefined), { code: 'invalid_argument' });
  });
}
