import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aliasesOf } from './aliases.ts';

test('the keys of a signature are other names of tensors, and strange metadata is none', () => {
  const aliases = (inputs: string, outputs?: string) => {
    const entries = [
      ['tensorflow.inputs', inputs],
      ...(outputs === undefined ? [] : [['tensorflow.outputs', outputs]]),
    ];
    return [...(aliasesOf(new Map(entries as [string, string][])).aliases ?? [])];
  };
  assert.deepEqual(aliases('{"images":"x:0"}', '{"scores":"y:0","y:1":"y:1"}'), [
    ['x:0', 'images'],
    ['y:0', 'scores'],
  ]);
  for (const strange of ['', '[', 'null', '3', '{"a":1}', '{}', '"a"', ' '.repeat(2_000_000)]) {
    assert.deepEqual(aliases(strange), [], strange.slice(0, 10));
  }
  assert.deepEqual(aliasesOf(new Map()), {});
});
