import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonCursor, openJson, peek } from './cursor.ts';
import { readFlat } from './read-flat.ts';
import { readItems, readMembers } from './read-members.ts';
import { readScalar } from './read-scalar.ts';
import { tensorReader } from './read-tensor.ts';
import { skipValue } from './skip-value.ts';

function flat(text: string, most = Number.POSITIVE_INFINITY) {
  const cursor = openJson(Buffer.from(text));
  const reader = tensorReader('FP64', 0);
  readFlat(cursor, reader, most);
  return { elements: Array.from(reader.finish() as Float64Array), cursor };
}

/** `null` is read as nothing, so that arbitrary JSON can be read member by member. */
function readPlain(cursor: JsonCursor): unknown {
  const first = String.fromCharCode(peek(cursor));
  if (first === '[') {
    const items: unknown[] = [];
    readItems(cursor, () => items.push(readPlain(cursor)));
    return items;
  }
  if (first === '{') {
    const members = new Map<string, unknown>();
    readMembers(cursor, (key) => members.set(key, readPlain(cursor)));
    return Object.fromEntries(members);
  }
  const scalar = readScalar(cursor);
  return typeof scalar === 'bigint' ? Number(scalar) : (scalar ?? null);
}

test('the brackets of flat data say nothing', () => {
  const rows: [string, number[]][] = [
    ['[]', []],
    ['[1]', [1]],
    ['[1,2,3,4]', [1, 2, 3, 4]],
    ['[[1,2],[3,4]]', [1, 2, 3, 4]],
    ['[[1],[2,3],[],[[4]]]', [1, 2, 3, 4]],
    ['[[],[[]]]', []],
    [' [ [ NaN ] , [ -Infinity ] ] ', [Number.NaN, Number.NEGATIVE_INFINITY]],
  ];
  for (const [text, elements] of rows) {
    const read = flat(text);
    assert.equal(read.cursor.problem, undefined, text);
    assert.deepEqual(read.elements, elements, text);
  }
});

test('flat data that is no array of elements or arrays is refused', () => {
  const rows: [string, RegExp][] = [
    ['5', /expected an array, found "5"/],
    ['', /expected an array, found the end/],
    ['[1,', /expected a number, found the end/],
    ['[1', /expected "," or "]", found the end/],
    ['[1,[2]]', /expected a number, found an array/],
    ['[[1],2]', /expected an array like those before it, found "2"/],
    ['[[1],]', /expected an array like those before it, found byte|found "]"/],
    ['[1}', /expected "," or "]"/],
    ['["1"]', /expected a number, found a string/],
    [`${'['.repeat(100)}1${']'.repeat(100)}`, /^JSON nesting depth exceeds maximum allowed limit \(100\)$/],
    ['['.repeat(100_000), /^JSON nesting depth exceeds/],
  ];
  for (const [text, message] of rows) assert.match(flat(text).cursor.problem?.text ?? '', message, text);
  assert.deepEqual(flat(`${'['.repeat(99)}1${']'.repeat(99)}`).elements, [1]);
  assert.deepEqual(flat('[[1],[2]]', 2).elements, [1, 2]);
  assert.match(flat('[[1],[2]]', 1).cursor.problem?.text ?? '', /more than 1 elements/);
  assert.match(flat('[1,2]', 1).cursor.problem?.text ?? '', /more than 1 elements/);
});

test('scalars keep what JSON.parse would lose', () => {
  const rows: [string, unknown][] = [
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551616', 2 ** 64],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['"a\\n"', 'a\n'],
    ['true', true],
    ['false', false],
    ['null', undefined],
    ['{"a":[1,{}]}', undefined],
  ];
  for (const [text, value] of rows) {
    const cursor = openJson(Buffer.from(` ${text} `));
    assert.deepEqual(readScalar(cursor), value, text);
    assert.equal(cursor.problem, undefined, text);
    assert.equal(cursor.offset, text.length + 1, text);
  }
});

test('of equal keys the first counts, and what is skipped is checked', () => {
  const read = (text: string) => {
    const cursor = openJson(Buffer.from(text));
    return { value: readPlain(cursor), problem: cursor.problem?.text };
  };
  assert.deepEqual(read('{"a":1,"a":[{"b":2}],"c":3}').value, { a: 1, c: 3 });
  for (const text of [
    '{"a":1,"a":[}',
    '{"a":1,"a":{"b"}}',
    '{"a":1,"a":tru}',
    '{"a":1,"a":"x}',
    '{"a":1,"a":01}',
  ]) {
    assert.notEqual(read(text).problem, undefined, text);
  }
});

test('an object or array of very many members is refused before it fills the memory', () => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => `"${index}":0`).join();
  for (const text of [`{${members(10_001)}}`, `[${'0,'.repeat(10_000)}0]`]) {
    const cursor = openJson(Buffer.from(text));
    readPlain(cursor);
    assert.match(cursor.problem?.text ?? '', /^there are more than 10000 members/);
  }
  const cursor = openJson(Buffer.from(`{${members(10_000)}}`));
  readPlain(cursor);
  assert.equal(cursor.problem, undefined);
});

test('arbitrary JSON is read as JSON.parse reads it, skipped to its end, and refused when it is cut', () => {
  const value = fc
    .jsonValue({ depthSize: 'medium' })
    .filter((json) => !JSON.stringify(json).includes('__proto__'));
  fc.assert(
    fc.property(value, fc.nat(1_000), (json, cut) => {
      const text = Buffer.from(JSON.stringify(json));
      const read = openJson(text);
      assert.deepEqual(readPlain(read), JSON.parse(text.toString()));
      const skipped = openJson(text);
      skipValue(skipped);
      assert.deepEqual([skipped.offset, skipped.problem], [text.length, undefined]);
      const part = text.subarray(0, cut % text.length);
      const broken = openJson(part);
      skipValue(broken);
      assert.equal(broken.problem === undefined, isJson(part.toString()), part.toString());
    }),
    { seed: 11, numRuns: 1_000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
