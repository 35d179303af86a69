import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import wabt from 'wabt';
import { CODE, type RowTaps, rowNormalizer, rowSampler } from './row-kernel.ts';

const { fround } = Math;

/** A share of 0 up to but not including 1, in single precision. */
const share = fc.float({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Two rows of some pixels, and between which of them some others lie. */
const rows = fc.integer({ min: 1, max: 20 }).chain((pixels) =>
  fc.record({
    above: fc.uint8Array({ minLength: pixels * 3, maxLength: pixels * 3 }),
    below: fc.uint8Array({ minLength: pixels * 3, maxLength: pixels * 3 }),
    down: share,
    taps: fc.array(fc.tuple(fc.nat(pixels - 1), fc.nat(pixels - 1), share), { minLength: 1, maxLength: 30 }),
  }),
);

type Tap = readonly [lower: number, upper: number, weight: number];

function tapsOf(taps: readonly Tap[]): RowTaps {
  return {
    lower: Int32Array.from(taps, ([lower]) => lower * 3),
    upper: Int32Array.from(taps, ([, upper]) => upper * 3),
    weight: Float32Array.from(taps, ([, , weight]) => weight),
  };
}

function between(from: number, to: number, weight: number): number {
  return fround(from + fround(fround(to - from) * weight));
}

function expected(above: Uint8Array, below: Uint8Array, down: number, taps: readonly Tap[]): number[] {
  return taps.flatMap(([lower, upper, weight]) =>
    [0, 1, 2].map((channel) => {
      const across = (row: Uint8Array) =>
        between(row[lower * 3 + channel] as number, row[upper * 3 + channel] as number, weight);
      return between(across(above), across(below), down);
    }),
  );
}

test('a row between two others is what single precision makes of it, bit for bit', () => {
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      const samplers = [one, other].map(({ above, taps }) => rowSampler(above.length, tapsOf(taps)));
      for (const [index, { above, below, down, taps }] of [one, other, one].entries()) {
        const made = samplers[index % 2]?.(above, below, down) ?? [];
        assert.deepEqual(Array.from(made), expected(above, below, down, taps));
      }
    }),
  );
});

test('a row that is too long for the memory of all is sampled in its own', () => {
  const pixels = 1_000_000;
  const above = Uint8Array.from({ length: pixels * 3 }, (_, at) => at % 251);
  const below = above.toReversed();
  const taps: readonly Tap[] = [
    [0, 1, 0.25],
    [pixels - 2, pixels - 1, fround(0.7)],
  ];
  const made = rowSampler(above.length, tapsOf(taps))(above, below, fround(0.3));
  assert.deepEqual(Array.from(made), expected(above, below, fround(0.3), taps));
});

test('each element of a row less its mean is multiplied with its factor, bit for bit', () => {
  const three = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 });
  const levels = fc.integer({ min: 1, max: 17 }).chain((pixels) =>
    fc.array(fc.float({ min: 0, max: 255, noNaN: true }), {
      minLength: pixels * 3,
      maxLength: pixels * 3,
    }),
  );
  fc.assert(
    fc.property(levels, three, three, (row, means, factors) => {
      const normalize = rowNormalizer(row.length / 3, means, factors);
      const wanted = row.map((level, at) =>
        fround(fround(level - (means[at % 3] as number)) * (factors[at % 3] as number)),
      );
      assert.deepEqual(Array.from(normalize(Float32Array.from(row))), wanted);
    }),
  );
});

test('the code is what its text says', async () => {
  const file = 'row-kernel.wat';
  const text = await readFile(new URL(`../../src/images/${file}`, import.meta.url), 'utf8');
  const { parseWat } = await wabt();
  const assembled = parseWat(file, text).toBinary({}).buffer;
  assert.equal(Buffer.from(assembled).toString('base64'), CODE);
});
