import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryScriptProblem } from './entry-script.ts';

for (const path of [
  'score.py',
  'src/score_2.py',
  '_x.py',
  'größe.py',
  'score.ts',
  'src/my-score.mts',
  'score.js',
  'class.mjs',
]) {
  test(`${path} can be an entry script`, () => assert.equal(entryScriptProblem(path), undefined));
}

const BAD: readonly [string, RegExp][] = [
  ['my-score.py', /invalid name "my-score\.py" for provided entry script/],
  ['src/2score.py', /invalid name "2score\.py"/],
  ['class.py', /invalid name "class\.py"/],
  ['.py', /invalid name "\.py"/],
  [
    'score.R',
    /^Invalid driver type\. Currently only Python drivers \(\.py\) and TypeScript or JavaScript drivers \(\.ts, \.mts, \.js, \.mjs\) are supported\.$/,
  ],
  ['score', /^Invalid driver type/],
  ['score.d.ts', /only declares types/],
  ['.ts', /invalid name "\.ts"/],
  ['node_modules/x/score.ts', /lies in node_modules/],
];
for (const [path, message] of BAD) {
  test(`${path} cannot`, () => assert.match(entryScriptProblem(path) ?? '', message));
}
