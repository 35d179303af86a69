import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import fc from 'fast-check';
import { decodeMessage } from './decode.ts';
import { encodeToBytes } from './encode.ts';
import { decodeWith, MAX_PARTS, nextField, skipField } from './reader.ts';
import {
  emptyElements,
  readBoolElements,
  readFixedElements,
  readLongElements,
  readSmallElements,
  takeElements,
} from './repeated.ts';
import {
  bool,
  bytes,
  double,
  enumeration,
  exactInt64,
  exactUint64,
  float,
  int32,
  int64,
  type MessageInit,
  map,
  member,
  message,
  nested,
  oneOf,
  optional,
  repeated,
  string,
  uint32,
  uint64,
} from './schema.ts';

const COLOUR = enumeration('test.Colour', { RED: 0, GREEN: 7 });
const INNER = message('test.Inner', { name: string(1), sizes: repeated(int64(2)) });
const OUTER = message('test.Outer', {
  flag: bool(1),
  small: int32(2),
  natural: uint32(3),
  count: int64(4),
  size: uint64(5),
  long: exactInt64(6),
  unsigned: exactUint64(7),
  single: float(8),
  precise: double(9),
  text: string(10),
  blob: bytes(11),
  colour: oneOf(12, COLOUR),
  inner: nested(13, INNER),
  maybe: optional(int32(14)),
  left: member('side', string(15)),
  right: member('side', nested(16, INNER)),
  numbers: repeated(int32(17)),
  singles: repeated(float(18)),
  longs: repeated(exactInt64(19)),
  flags: repeated(bool(20)),
  texts: repeated(string(21)),
  inners: repeated(nested(2_000, INNER)),
  byName: map(nested(2_001, INNER)),
  counts: map(int32(2_002)),
});

const safe = fc.maxSafeInteger();
const safeNatural = fc.maxSafeNat();
const signed32 = fc.integer();
const signed64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'grapheme' });
const inner = fc.record({ name: text, sizes: fc.array(safe) }, { noNullPrototype: true });

const outer: fc.Arbitrary<MessageInit<typeof OUTER>> = fc
  .record({
    flag: fc.boolean(),
    small: signed32,
    natural: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    count: safe,
    size: safeNatural,
    long: signed64,
    unsigned: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    single: fc.float(),
    precise: fc.double(),
    text,
    blob: fc.uint8Array({ maxLength: 300 }),
    colour: fc.constantFrom('RED' as const, 'GREEN' as const),
    inner: fc.option(inner, { nil: undefined }),
    maybe: fc.option(signed32, { nil: undefined }),
    side: fc.oneof(fc.record({ left: text }), fc.record({ right: inner }), fc.constant({})),
    numbers: fc.array(signed32),
    singles: fc.array(fc.float()),
    longs: fc.array(signed64),
    flags: fc.array(fc.boolean()),
    texts: fc.array(text),
    inners: fc.array(inner),
    byName: fc.array(fc.tuple(text, inner)).map((entries) => new Map(entries)),
    counts: fc.array(fc.tuple(text, signed32)).map((entries) => new Map(entries)),
  })
  .map(({ side, ...fields }) => ({ left: undefined, right: undefined, ...fields, ...side }));

test('what a table writes, it reads', () => {
  fc.assert(
    fc.property(outer, (value) => {
      assert.deepEqual(decodeMessage(OUTER, encodeToBytes(OUTER, value)), value);
    }),
  );
});

test('fields that a table does not have are skipped, and those that come twice count once', () => {
  fc.assert(
    fc.property(outer, outer, ({ inners: _, ...first }, second) => {
      const both = Buffer.concat([encodeToBytes(OUTER, first), encodeToBytes(OUTER, second)]);
      const read = decodeMessage(
        message('test.Few', { text: string(10), inners: repeated(nested(2_000, INNER)) }),
        both,
      );
      assert.deepEqual(read, { text: second.text || first.text, inners: second.inners });
    }),
  );
});

test('what is no message is refused with its field and its place', () => {
  const rows: [string, string, number, RegExp][] = [
    ['0a', 'name', 1, /a number goes past the end/],
    ['0a0541', 'name', 1, /the content has 5 bytes, but 1 are left/],
    ['0affffffffffffffffff01', 'name', 1, /the content has 18446744073709552000 bytes, but 0 are left/],
    ['0a01ff', 'name', 2, /the text is not UTF-8/],
    ['0801', 'name', 0, /expected wire type bytes, found varint/],
    ['1501', 'sizes', 0, /expected wire type varint, found fixed32/],
    ['10ffffffffffffffffff02', 'sizes', 1, /a number has more than 64 bits/],
    ['10ffffffffffffffffffff01', 'sizes', 1, /a number has more than 64 bits/],
    ['10ffffffffffffffff7f', 'sizes', 10, /the number is larger than is exact here/],
    ['00', '', 0, /there is no such field/],
    ['808080808001', '', 0, /there is no such field/],
    ['1b', 'field 3', 1, /wire type 3 is not read here/],
    ['1c', 'field 3', 1, /wire type 4 is not read here/],
    ['1f', 'field 3', 1, /wire type 7 is not read here/],
    ['1d0000', 'field 3', 1, /a number goes past the end/],
    ['12021080', 'sizes', 3, /a number goes past the end/],
  ];
  for (const [hex, field, offset, problem] of rows) {
    const refused = decodeMessage(INNER, Buffer.from(hex, 'hex'));
    assert.ok(refused instanceof SlipwayError, hex);
    assert.match(refused.message, problem, hex);
    assert.equal(refused.code, 'invalid_argument');
    assert.deepEqual(refused.details, { field, offset }, hex);
  }
  const nestedProblem = decodeMessage(OUTER, Buffer.from('6a020a05', 'hex'));
  assert.ok(nestedProblem instanceof SlipwayError);
  assert.equal(nestedProblem.details?.['field'], 'inner.name');
});

test('a message of very many empty parts is refused', () => {
  const parts = Buffer.from('aa0100'.repeat(MAX_PARTS + 1), 'hex');
  const refused = decodeMessage(OUTER, parts);
  assert.ok(refused instanceof SlipwayError);
  assert.match(refused.message, /texts: there are more than 1048576 parts/);
});

test('a name that an enumeration does not have is refused', () => {
  const refused = decodeMessage(OUTER, Buffer.from('6003', 'hex'));
  assert.ok(refused instanceof SlipwayError);
  assert.match(refused.message, /colour: test.Colour has no number 3/);
});

/** A repeated field 5 as its pieces: packed, or one number after another. */
const pieces = <T>(element: fc.Arbitrary<T>) =>
  fc.array(fc.record({ packed: fc.boolean(), elements: fc.array(element, { minLength: 1 }) }));

const LOOSE_FLOAT = message('test.Loose', { value: optional(float(5)), other: int32(1) });
const LOOSE_LONG = message('test.Loose', { value: optional(exactInt64(5)), other: int32(1) });

test('repeated numbers are read packed, loose, and both', () => {
  fc.assert(
    fc.property(pieces(fc.float()), (lists) => {
      const written = lists.map(({ packed, elements }, index) =>
        packed
          ? encodeToBytes(message('test.Packed', { values: repeated(float(5)) }), { values: elements })
          : loose(elements, index, (value, other) => encodeToBytes(LOOSE_FLOAT, { value, other })),
      );
      const read = readField5(
        Buffer.concat(written),
        (reader, into) => readFixedElements(reader, 'x', into),
        emptyElements(Float32Array),
      );
      assert.deepEqual(read, Float32Array.from(lists.flatMap(({ elements }) => elements)));
    }),
  );
  fc.assert(
    fc.property(pieces(signed64), (lists) => {
      const written = Buffer.concat(
        lists.map(({ packed, elements }, index) =>
          packed
            ? encodeToBytes(message('test.Packed', { values: repeated(exactInt64(5)) }), { values: elements })
            : loose(elements, index, (value, other) => encodeToBytes(LOOSE_LONG, { value, other })),
        ),
      );
      const all = BigInt64Array.from(lists.flatMap(({ elements }) => elements));
      const longs = readField5(
        written,
        (reader, into) => readLongElements(reader, 'x', into),
        emptyElements(BigInt64Array),
      );
      assert.deepEqual(longs, all);
      const bytesOfAll = Array.from(all, (value) => Number(BigInt.asUintN(8, value)));
      const small = readField5(
        written,
        (reader, into) => readSmallElements(reader, 'x', into),
        emptyElements(Uint8Array),
      );
      assert.deepEqual(Array.from(small), bytesOfAll);
      const flags = readField5(
        written,
        (reader, into) => readBoolElements(reader, 'x', into),
        emptyElements(Uint8Array),
      );
      assert.deepEqual(
        Array.from(flags),
        Array.from(all, (value) => (value === 0n ? 0 : 1)),
      );
    }),
  );
});

/** Another field between the numbers breaks their run. */
function loose<T>(elements: readonly T[], every: number, write: (value: T, other: number) => Buffer): Buffer {
  return Buffer.concat(elements.map((value, index) => write(value, index % 3 === every % 3 ? 1 : 0)));
}

function readField5<E extends Parameters<typeof takeElements>[0]>(
  written: Uint8Array,
  read: (reader: Parameters<Parameters<typeof decodeWith>[1]>[0], into: E) => void,
  into: E,
): E['values'] {
  const done = decodeWith(written, (reader) => {
    while (nextField(reader)) {
      if (reader.field === 5) read(reader, into);
      else skipField(reader);
    }
    return takeElements(into);
  });
  assert.ok(!(done instanceof SlipwayError), String(done));
  return done;
}
