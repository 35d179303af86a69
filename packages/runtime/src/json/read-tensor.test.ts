import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype } from '@slipway/contract';
import fc from 'fast-check';
import { openJson } from './cursor.ts';
import { readTensor } from './read-tensor.ts';

function read(text: string | Uint8Array, datatype: Datatype, shape: (number | null)[] = []) {
  const cursor = openJson(Buffer.from(text));
  const value = readTensor(cursor, { name: 'x', datatype, shape }, 'data');
  return { value, problem: cursor.problem };
}

function elements(text: string, datatype: Datatype): unknown[] {
  const { value, problem } = read(text, datatype);
  assert.equal(problem, undefined, `${text}: ${problem?.path} ${problem?.text}`);
  return Array.from(value?.data as ArrayLike<unknown>);
}

test('shapes follow the brackets', () => {
  const rows: [string, number[]][] = [
    ['5', []],
    ['[]', [0]],
    ['[[],[]]', [2, 0]],
    ['[1,2,3]', [3]],
    [' [ [ [1] , [2] ] , [ [3] , [4] ] ] ', [2, 2, 1]],
    ['[[[[[[7]]]]]]', [1, 1, 1, 1, 1, 1]],
  ];
  for (const [text, shape] of rows) assert.deepEqual(read(text, 'FP32').value?.shape, shape, text);
});

test('every datatype has its own array', () => {
  const rows: [Datatype, string, unknown[]][] = [
    ['BOOL', '[true, false]', [1, 0]],
    ['UINT8', '[0, 255]', [0, 255]],
    ['INT8', '[-128, 127]', [-128, 127]],
    ['UINT16', '[65535]', [65535]],
    ['INT16', '[-32768]', [-32768]],
    ['UINT32', '[4294967295]', [4294967295]],
    ['INT32', '[-2147483648, 2147483647]', [-2147483648, 2147483647]],
    [
      'INT64',
      '[-9223372036854775808, 9223372036854775807, -1, 4294967296, -4294967297, 0]',
      [-(2n ** 63n), 2n ** 63n - 1n, -1n, 2n ** 32n, -(2n ** 32n) - 1n, 0n],
    ],
    [
      'INT64',
      '[9007199254740993, 999999999999999, -999999999999999]',
      [9007199254740993n, 999999999999999n, -999999999999999n],
    ],
    ['UINT64', '[18446744073709551615]', [2n ** 64n - 1n]],
    [
      'FP32',
      '[1, 0.1, -2.5e-1, 1e39, NaN, -Infinity, Infinity]',
      [1, Math.fround(0.1), -0.25, Infinity, NaN, -Infinity, Infinity],
    ],
    ['FP64', '[0.1, 1.7976931348623157E308, -0, 5e-324, 1e-400]', [0.1, Number.MAX_VALUE, -0, 5e-324, 0]],
    ['FP16', '[1, 65504, 0.1]', [0x3c00, 0x7bff, 0x2e66]],
    ['BF16', '[1, 3.140625, NaN]', [0x3f80, 0x4049, 0x7fc0]],
  ];
  for (const [datatype, text, expected] of rows) assert.deepEqual(elements(text, datatype), expected, text);
});

test('text becomes UTF-8, and b64 its bytes', () => {
  const data = elements(
    '["a\\"\\u00e9\\ud83d\\ude00\\n", "é😀", "", {"b64": "/wA="}]',
    'BYTES',
  ) as Uint8Array[];
  assert.deepEqual(
    data.map((element) => Buffer.from(element).toString('latin1')),
    [Buffer.from('a"é😀\n').toString('latin1'), Buffer.from('é😀').toString('latin1'), '', '\xff\0'],
  );
});

test('what is wrong is named with its place', () => {
  const deep = '['.repeat(10_000);
  const rows: [Datatype, string, string, number, RegExp][] = [
    ['FP32', '[[1,2],[3]]', 'data[1]', 10, /ragged: it has 1 members, those before it have 2/],
    ['FP32', '[[1,2],3]', 'data[1]', 7, /expected an array like those before it, found "3"/],
    ['FP32', '[1,[2]]', 'data[1]', 3, /expected a number, found an array/],
    ['FP32', '[[[1]],[[[1]]]]', 'data[1][0][0]', 9, /found an array/],
    ['FP32', '[[1],]', 'data[1]', 5, /expected an array/],
    ['FP32', '[1,]', 'data[1]', 3, /expected a number, found "]"/],
    ['FP32', '[1 2]', 'data[1]', 3, /expected "," or "]", found "2"/],
    ['FP32', '[1', 'data[1]', 2, /found the end of the body/],
    ['FP32', '[01]', 'data[0]', 1, /leading zeros/],
    ['FP32', '[1.]', 'data[0]', 3, /digit after the point/],
    ['FP32', '[1e]', 'data[0]', 3, /digit in the exponent/],
    ['FP32', '[-]', 'data[0]', 1, /expected a number/],
    ['FP32', '[.5]', 'data[0]', 1, /expected a number, found ".5"/],
    ['FP32', '["1"]', 'data[0]', 1, /expected a number, found a string/],
    ['FP32', '[null]', 'data[0]', 1, /expected a number, found "null"/],
    ['FP32', '[-NaN]', 'data[0]', 1, /expected a number/],
    ['FP32', '[1, -1e400]', 'data[1]', 4, /expected a number that a double can hold, found "-1e400"/],
    ['FP64', `[${'9'.repeat(309)}.5]`, 'data[0]', 1, /expected a number that a double can hold/],
    ['FP32', '', 'data', 0, /found the end of the body/],
    ['FP32', deep, `data${'[0]'.repeat(100)}`, 100, /nested deeper than 100 levels/],
    ['UINT8', '[0, 256]', 'data[1]', 4, /256 is out of range for UINT8 \(0 to 255\)/],
    ['INT32', '[1.5]', 'data[0]', 1, /whole number for INT32/],
    ['INT32', '[1e3]', 'data[0]', 1, /whole number for INT32/],
    ['INT32', '[NaN]', 'data[0]', 1, /expected a whole number, found "NaN"/],
    ['INT64', '[9223372036854775808]', 'data[0]', 1, /out of range for INT64/],
    ['UINT64', '[-1]', 'data[0]', 1, /out of range for UINT64/],
    ['BOOL', '[1]', 'data[0]', 1, /expected true or false, found "1"/],
    ['BYTES', '[1]', 'data[0]', 1, /expected a string/],
    ['BYTES', '["a\\x"]', 'data[0]', 3, /an escape/],
    ['BYTES', '["\\ud800"]', 'data[0]', 2, /half of a surrogate pair/],
    ['BYTES', '["a\nb"]', 'data[0]', 3, /control character/],
    ['BYTES', '["abc', 'data[0]', 5, /the end of the string/],
    ['BYTES', '[{"b64": "?"}]', 'data[0]', 1, /not base64/],
  ];
  for (const [datatype, text, path, offset, message] of rows) {
    const { problem, value } = read(text, datatype);
    assert.equal(value, undefined, text);
    assert.match(problem?.text ?? '', message, text);
    assert.deepEqual([problem?.path, problem?.offset], [path, offset], text.slice(0, 40));
  }
});

test('the first byte that is no UTF-8 is found', () => {
  for (const before of ['', 'é', 'a'.repeat(1000), '😀é'.repeat(333)]) {
    const text = Buffer.concat([Buffer.from(`["${before}`), Buffer.from([0xff]), Buffer.from('é"]')]);
    const { problem } = read(text, 'BYTES');
    assert.match(problem?.text ?? '', /not valid UTF-8/);
    assert.equal(problem?.offset, 2 + Buffer.byteLength(before));
  }
});

test('floats are the same as those of JSON.parse, however they are written', () => {
  const decimal = fc
    .tuple(fc.bigInt(-(10n ** 25n), 10n ** 25n), fc.nat(30), fc.option(fc.integer({ min: -330, max: 330 })))
    .map(([digits, places, exponent]) => {
      const sign = digits < 0n ? '-' : '';
      const text = String(digits < 0n ? -digits : digits).padStart(places + 1, '0');
      const point = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
      return sign + point + (exponent === null ? '' : `e${exponent}`);
    });
  const written = fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
  fc.assert(
    fc.property(fc.array(written, { maxLength: 20 }), (texts) => {
      for (const text of texts.filter((one) => !Number.isFinite(Number(one)))) {
        assert.match(read(text, 'FP64').problem?.text ?? '', /expected a number that a double can hold/);
      }
      const text = `[${texts.filter((one) => Number.isFinite(Number(one))).join(',')}]`;
      const expected: number[] = JSON.parse(text);
      assert.deepEqual(elements(text, 'FP64'), expected);
      assert.deepEqual(elements(text, 'FP32'), expected.map(Math.fround));
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('numbers of one digit are read between all others, in arrays that grow', () => {
  const written = fc.constantFrom('0', '7', ' 1', '2 ', '-3', '10', '4.5', '6e1');
  fc.assert(
    fc.property(fc.array(fc.array(written, { minLength: 3, maxLength: 3 }), { maxLength: 60 }), (rows) => {
      const text = `[${rows.map((row) => `[${row.join(',')}]`).join(',')}]`;
      for (const shape of [[], [2], [rows.length, 3]]) {
        const { value } = read(text, 'FP32', shape);
        assert.deepEqual(Array.from(value?.data as Float32Array), JSON.parse(text).flat());
      }
    }),
    { numRuns: 200, seed: 5 },
  );
  assert.deepEqual(read('[1,2,x]', 'FP32').problem?.path, 'data[2]');
  assert.deepEqual(read('[1,2,', 'FP32').problem?.path, 'data[2]');
  assert.deepEqual(read('3,4', 'FP32').value, { shape: [], data: Float32Array.of(3) });
});

test('singles near the middle between two neighbours are rounded as JSON.parse and fround do', () => {
  const single = fc.float({
    noNaN: true,
    noDefaultInfinity: true,
    min: Math.fround(1e-20),
    max: Math.fround(1e20),
  });
  fc.assert(
    fc.property(single, fc.integer({ min: -2, max: 2 }), (value, ulps) => {
      const middle = value * (1 + 2 ** -24) * (1 + ulps * 2 ** -52);
      const text = String(middle);
      assert.deepEqual(elements(`[${text}]`, 'FP32'), [Math.fround(Number(text))]);
    }),
    { numRuns: 500, seed: 2 },
  );
});

test('nested arrays of text are those of JSON.parse', () => {
  const row = (columns: number) =>
    fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: columns, maxLength: columns });
  const rows = fc.integer({ min: 1, max: 4 }).chain((columns) => fc.array(row(columns), { maxLength: 4 }));
  fc.assert(
    fc.property(rows, (nested) => {
      const data = elements(JSON.stringify(nested, null, 1), 'BYTES') as Uint8Array[];
      assert.deepEqual(
        data.map((element) => Buffer.from(element).toString()),
        nested.flat(),
      );
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('damaged text gives an answer or a problem, never a throw', () => {
  const whole = Buffer.from('[[1.5,-2e3,NaN],["a\\u0041",true,{"b64":"AA=="}],[9007199254740993,[],0]]');
  const datatypes: Datatype[] = ['FP32', 'FP64', 'FP16', 'INT64', 'UINT8', 'BOOL', 'BYTES'];
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), fc.constantFrom(...datatypes), (changes, end, datatype) => {
      const text = Buffer.from(whole.subarray(0, end));
      for (const [at, byte] of changes) if (at < end) text[at] = byte;
      const { value, problem } = read(text, datatype);
      assert.equal(value === undefined, problem !== undefined);
    }),
    { numRuns: 2000, seed: 4 },
  );
});
