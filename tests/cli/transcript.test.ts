import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, parseTranscript, printedLines } from './transcript.ts';

test('a transcript is commands with status and output', () => {
  const steps = parseTranscript(
    ['# Title', '```console', '$ one \\', '> two', 'out', '', '$ three', '? 2', '```', 'text'].join('\n'),
  );
  assert.deepEqual(steps, [
    { line: 3, command: 'one \\\ntwo', exitCode: 0, expected: ['out'] },
    { line: 7, command: 'three', exitCode: 2, expected: [] },
  ]);
});

const CASES: readonly [string, string, boolean][] = [
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', 'a\nb', false],
  ['id [..] done', 'id 42 done', true],
  ['id [..] done', 'id 42', false],
  ['a.c', 'abc', false],
  ['a\n...\nz', 'a\nz', true],
  ['a\n...\nz', 'a\nb\nc\nz', true],
  ['a\n...\nz', 'a\nb', false],
  ['...', '', true],
];
for (const [expected, printed, good] of CASES) {
  test(`${JSON.stringify(expected)} ${good ? 'takes' : 'refuses'} ${JSON.stringify(printed)}`, () => {
    assert.equal(matches(printedLines(expected), printedLines(printed)), good);
  });
}
