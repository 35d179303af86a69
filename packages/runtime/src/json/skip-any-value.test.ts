import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAnyString } from './any-string.ts';
import { openJson } from './cursor.ts';
import { skipAnyValue } from './skip-any-value.ts';

function skip(text: string | Uint8Array) {
  const cursor = openJson(Buffer.from(text));
  skipAnyValue(cursor);
  return cursor;
}

test('what RapidJSON takes is passed, and nothing behind it', () => {
  const values = [
    '{}',
    '[]',
    '[[],{}]',
    '{"a":{"b":[1,2,{"c":null}]},"a":true}',
    ' [ 1 , -0.5e+10 , 0 ]',
    '[NaN,Inf,-Inf,Infinity,-Infinity,-NaN]',
    '"\\ud83d\\ude00\\u0041\\n\\/"',
    '"\\udc00"',
    `[1.7976931348623157e308,1e-400,${'1'.repeat(309)}]`,
    'false',
    '['.repeat(100_000) + ']'.repeat(100_000),
    `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  ];
  for (const value of values) {
    const cursor = skip(`${value},garbage`);
    assert.equal(cursor.problem, undefined, value.slice(0, 50));
    assert.equal(cursor.offset, value.length, value.slice(0, 50));
  }
  assert.equal(skip(Buffer.from([0x22, 0xff, 0xfe, 0x22])).problem, undefined, 'bytes that are no UTF-8');
});

test('what is wrong is told in the words of RapidJSON, with its place', () => {
  const rows: [string, string, number][] = [
    ['', 'Invalid value.', 0],
    ['instances', 'Invalid value.', 0],
    ['nul}', 'Invalid value.', 3],
    ['[1,]', 'Invalid value.', 3],
    ['[,1]', 'Invalid value.', 1],
    ['[1', "Missing a comma or ']' after an array element.", 2],
    ['[1 2]', "Missing a comma or ']' after an array element.", 3],
    ['[01]', "Missing a comma or ']' after an array element.", 2],
    ['[1}', "Missing a comma or ']' after an array element.", 2],
    ['{"a":1]', "Missing a comma or '}' after an object member.", 6],
    ['{"a":1,}', 'Missing a name for object member.', 7],
    ['{', 'Missing a name for object member.', 1],
    ['{a:1}', 'Missing a name for object member.', 1],
    ['{"a" 1}', 'Missing a colon after a name of object member.', 5],
    ['{"a":}', 'Invalid value.', 5],
    ['[-]', 'Invalid value.', 2],
    ['[.5]', 'Invalid value.', 1],
    ['[+1]', 'Invalid value.', 1],
    ['[1.]', 'Miss fraction part in number.', 3],
    ['[1e+]', 'Miss exponent in number.', 4],
    ['[1,1e400]', 'Number too big to be stored in double.', 3],
    ['[-1.8E+308]', 'Number too big to be stored in double.', 1],
    [`[${'9'.repeat(309)}]`, 'Number too big to be stored in double.', 1],
    ['[1e400', 'Number too big to be stored in double.', 1],
    ['[Infini]', 'Invalid value.', 7],
    ['[nan]', 'Invalid value.', 2],
    ['"abc', 'Missing a closing quotation mark in string.', 4],
    ['"a\nb"', 'Invalid escape character in string.', 2],
    ['"a\\xb"', 'Invalid escape character in string.', 2],
    ['"a\\u00gg"', 'Incorrect hex digit after \\u escape in string.', 2],
    ['"a\\ud800"', 'The surrogate pair in string is invalid.', 2],
    ['"a\\ud800\\u0041"', 'The surrogate pair in string is invalid.', 2],
  ];
  for (const [text, words, offset] of rows) {
    assert.deepEqual(skip(text).problem, { text: words, offset, path: '' }, text);
  }
});

test('every JSON text is passed whole, and no damaged one that JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 1 }), (text, at, put) => {
      assert.equal(skip(text).problem, undefined);
      const end = at % (text.length + 1);
      const damaged = text.slice(0, end) + put + text.slice(end + 1);
      const cursor = skip(`${damaged} `);
      const passed = Buffer.from(damaged).subarray(0, cursor.offset).toString();
      if (cursor.problem === undefined && !/NaN|Inf/.test(passed)) JSON.parse(passed);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('the strings of JSON.parse are read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), fc.boolean(), (text, escaped) => {
      const plain = JSON.stringify(text.toWellFormed());
      const written = escaped
        ? plain.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : plain;
      assert.equal(Buffer.from(readAnyString(openJson(Buffer.from(written)))).toString(), JSON.parse(plain));
    }),
    { numRuns: 500, seed: 2 },
  );
});
