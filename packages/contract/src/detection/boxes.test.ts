import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockAnchors, decodeBox } from './anchors.ts';
import { type Box, clipBox, overlapOf } from './boxes.ts';
import { SSD_VGG_300 } from './ssd-layout.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

const part = fc.double({ min: 0, max: 1, noNaN: true });

const box: fc.Arbitrary<Box> = fc.tuple(part, part, part, part).map(([a, b, c, d]) => ({
  yMin: Math.min(a, b),
  xMin: Math.min(c, d),
  yMax: Math.max(a, b),
  xMax: Math.max(c, d),
}));

const sorted = fc.array(fc.record({ classIndex: fc.integer({ min: 1, max: 3 }), box }), { maxLength: 40 });

/** What rounding may add to a quotient of areas. */
const ROUNDING = 1e-9;

test('overlaps are the same from both sides, and from 0 to 1', () => {
  fc.assert(
    fc.property(box, box, (one, other) => {
      const overlap = overlapOf(one, other);
      assert.equal(overlap, overlapOf(other, one));
      assert.ok(overlap >= 0 && overlap <= 1 + ROUNDING, `${overlap}`);
    }),
  );
});

test('a box overlaps all of itself, and half of its half', () => {
  fc.assert(
    fc.property(box, (whole) => {
      fc.pre(whole.yMax - whole.yMin > 1e-6 && whole.xMax - whole.xMin > 1e-6);
      const half = { ...whole, xMax: (whole.xMin + whole.xMax) / 2 };
      assert.ok(Math.abs(overlapOf(whole, whole) - 1) <= ROUNDING);
      assert.ok(Math.abs(overlapOf(whole, half) - 0.5) <= ROUNDING);
    }),
  );
});

test('boxes that have no area overlap nothing', () => {
  fc.assert(
    fc.property(box, (whole) => {
      const line = { ...whole, yMax: whole.yMin };
      assert.equal(overlapOf(line, line), 0);
      assert.equal(overlapOf(line, whole), 0);
    }),
  );
});

test('whatever the offsets, a clipped box lies in the image and is not inside out', () => {
  const anchors = SSD_VGG_300.blocks.flatMap((block) => blockAnchors(block, SSD_VGG_300.imageSize));
  const offset = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...anchors),
      fc.array(offset, { minLength: 4, maxLength: 4 }),
      (anchor, four) => {
        const { yMin, xMin, yMax, xMax } = clipBox(decodeBox(anchor, four, 0));
        assert.ok(0 <= yMin && yMin <= yMax && yMax <= 1, `${yMin} ${yMax}`);
        assert.ok(0 <= xMin && xMin <= xMax && xMax <= 1, `${xMin} ${xMax}`);
      },
    ),
  );
});

test('suppression keeps the best, no two of a class that overlap, and all that nothing better covers', () => {
  fc.assert(
    fc.property(sorted, part, (found, threshold) => {
      const kept = suppressOverlaps(found, threshold);
      assert.equal(kept[0], found[0]);
      assert.deepEqual(
        found.filter((one) => kept.includes(one)),
        kept,
      );
      for (const [index, one] of found.entries()) {
        const isCovered = kept.some((better) => {
          const isBetter = found.indexOf(better) < index && better.classIndex === one.classIndex;
          return isBetter && overlapOf(better.box, one.box) >= threshold;
        });
        assert.equal(kept.includes(one), !isCovered);
      }
    }),
  );
});

test('an overlap that is just the threshold is too much', () => {
  const whole = { classIndex: 1, box: { yMin: 0, xMin: 0, yMax: 1, xMax: 1 } };
  const half = { classIndex: 1, box: { ...whole.box, xMax: 0.5 } };
  assert.deepEqual(suppressOverlaps([whole, half], 0.5), [whole]);
  assert.deepEqual(suppressOverlaps([whole, half], 0.5001), [whole, half]);
});

test('suppressing what was suppressed changes nothing', () => {
  fc.assert(
    fc.property(sorted, part, (found, threshold) => {
      const kept = suppressOverlaps(found, threshold);
      assert.deepEqual(suppressOverlaps(kept, threshold), kept);
    }),
  );
});
