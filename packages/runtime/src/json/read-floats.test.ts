import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import wabt from 'wabt';
import { openJson } from './cursor.ts';
import type { Elements } from './elements.ts';
import { CODE, TEXT_BYTES } from './float-kernel.ts';
import { type FloatArray, floatReader } from './read-floats.ts';

/** Numbers as programs write them: of any digits and places around what is usual, with and without a point. */
const written = fc
  .tuple(fc.bigInt(0n, 10n ** 20n), fc.nat(20), fc.nat(24), fc.boolean())
  .map(([digits, length, places, isMinus]) => {
    const text = String(digits)
      .slice(0, length + 1)
      .padStart(places + 1, '0');
    const point = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
    return (isMinus ? '-' : '') + point.replace(/^0+(?=\d)/, '');
  });

/** What may stand between two numbers. */
const separator = fc.constantFrom(',', ', ', ' ,\n\t', ',\r\n  ');

function readAll(text: string, values: FloatArray): FloatArray {
  const cursor = openJson(Buffer.from(`${text}]`));
  const into: Elements<FloatArray> = { values, length: 0 };
  const count = floatReader()(cursor, into, Number.POSITIVE_INFINITY);
  assert.equal(cursor.problem, undefined, cursor.problem?.text);
  assert.deepEqual([count, cursor.offset], [into.length, text.length]);
  return into.values.subarray(0, count);
}

function assertReadAs(text: string): void {
  const expected: number[] = JSON.parse(`[${text}]`);
  assert.deepEqual(Array.from(readAll(text, new Float64Array(0))), expected);
  assert.deepEqual(Array.from(readAll(text, new Float32Array(0))), expected.map(Math.fround));
  assert.deepEqual(readAll(text, new Float16Array(0)), Float16Array.from(expected));
}

test('numbers of any length are those of JSON.parse, to the last bit', () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 30 }), separator, (texts, between) => {
      assertReadAs(texts.join(between));
    }),
    { numRuns: 1_000, seed: 1 },
  );
});

test('noughts in runs of any length are read between others', () => {
  const run = fc.tuple(fc.nat(20), fc.constantFrom('1', '0.5', '-0', '00.5'.slice(1), '10', '0', '0e3'));
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 20 }), (runs) => {
      assertReadAs(runs.map(([zeros, last]) => '0,'.repeat(zeros) + last).join(','));
    }),
    { numRuns: 500, seed: 2 },
  );
});

test('a text is read whole, wherever the ends of what is looked at together fall', () => {
  const numbers = ['0.12345678901234567', '-98765.4321', '0', '7', '1e-7', '123456789012345678901'];
  for (let shift = 0; shift < 24; shift += 1) {
    const many = Array.from({ length: (3 * TEXT_BYTES) / 8 }, (_, index) => numbers[index % numbers.length]);
    assertReadAs(' '.repeat(shift) + many.join(','));
  }
  assertReadAs(`${' '.repeat(2 * TEXT_BYTES)}1,${' '.repeat(2 * TEXT_BYTES)}2`);
  assertReadAs(`0.${'0'.repeat(2 * TEXT_BYTES)}1,2`);
});

test('no more are read than are wanted, and what comes behind is left', () => {
  const text = '0,0,0,0,0,0,0,1.5,-2,0,0,0,0,0]';
  for (let most = 1; most <= 14; most += 1) {
    const cursor = openJson(Buffer.from(text));
    const into = { values: new Float32Array(14), length: 0 };
    assert.equal(floatReader()(cursor, into, most), most);
    assert.equal(text.slice(0, cursor.offset), text.split(/[,\]]/).slice(0, most).join(','));
  }
});

test('a text ends where it ends, whatever a longer one has left behind it', () => {
  readAll(`${'0,'.repeat(300)}0`, new Float64Array(301));
  const cursor = openJson(Buffer.from('1,12'));
  const into = { values: new Float64Array(8), length: 0 };
  assert.equal(floatReader()(cursor, into, Number.POSITIVE_INFINITY), 2);
  assert.deepEqual(Array.from(into.values.subarray(0, 2)), [1, 12]);
});

test('texts that are read in turn do not mix', () => {
  const texts = ['[1,2,3],[4,5,6],[7,8,9]', '[0.1,0.2],[0.3,0.4],[0.5,0.6]'];
  const readers = texts.map((text) => ({
    read: floatReader(),
    cursor: openJson(Buffer.from(text)),
    into: { values: new Float64Array(16), length: 0 },
  }));
  for (let row = 0; row < 3; row += 1) {
    for (const { read, cursor, into } of readers) {
      cursor.offset += 1;
      read(cursor, into, Number.POSITIVE_INFINITY);
      cursor.offset += 2;
    }
  }
  const read = readers.map(({ into }) => Array.from(into.values.subarray(0, into.length)));
  assert.deepEqual(read, [
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
  ]);
});

test('the code is what its text says', async () => {
  const file = 'float-kernel.wat';
  const text = await readFile(new URL(`../../src/json/${file}`, import.meta.url), 'utf8');
  const { parseWat } = await wabt();
  const assembled = parseWat(file, text).toBinary({}).buffer;
  assert.equal(Buffer.from(assembled).toString('base64'), CODE);
});
