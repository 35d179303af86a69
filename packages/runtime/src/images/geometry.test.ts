import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageFit } from '@slipway/contract';
import fc from 'fast-check';
import { planGeometry } from './geometry.ts';
import { imageInput } from './image-fixtures.ts';

const ROWS: readonly [string, object, [number, number], object][] = [
  [
    'a landscape is cut on both sides',
    { width: 224, height: 224, fit: 'crop', shorterSide: 256 },
    [500, 375],
    { scaledWidth: 341, scaledHeight: 256, left: 58, top: 16, width: 224, height: 224 },
  ],
  [
    'a portrait is cut above and below',
    { width: 224, height: 224, fit: 'crop', shorterSide: 256 },
    [375, 500],
    { scaledWidth: 256, scaledHeight: 341, left: 16, top: 58, width: 224, height: 224 },
  ],
  [
    'a side of 61 is not scaled to 255',
    { width: 224, height: 224, fit: 'crop', shorterSide: 256 },
    [61, 61],
    { scaledWidth: 256, scaledHeight: 256, left: 16, top: 16 },
  ],
  [
    'in single precision a side of 61 is scaled to 255',
    { width: 224, height: 224, fit: 'crop', shorterSide: 256, sides: 'float32' },
    [61, 183],
    { scaledWidth: 255, scaledHeight: 767, left: 15, top: 271 },
  ],
  [
    'in single precision a side is rounded to the nearest',
    { width: 224, height: 224, fit: 'crop', shorterSide: 256, sides: 'float32_rounded' },
    [61, 100],
    { scaledWidth: 256, scaledHeight: 420, left: 16, top: 98 },
  ],
  [
    'bars stand above and below a landscape',
    { width: 300, height: 300, fit: 'pad' },
    [640, 427],
    { scaledWidth: 300, scaledHeight: 200, targetLeft: 0, targetTop: 50, width: 300, height: 200 },
  ],
  [
    'a line keeps one pixel',
    { width: 10, height: 10, fit: 'pad' },
    [1000, 1],
    { scaledWidth: 10, scaledHeight: 1, targetTop: 4 },
  ],
];
for (const [what, said, [width, height], expected] of ROWS) {
  test(what, () => {
    assert.partialDeepStrictEqual(planGeometry(imageInput(said), { width, height }), expected);
  });
}

const side = fc.integer({ min: 1, max: 6000 });
const target = fc.integer({ min: 1, max: 600 });
const fit = fc.constantFrom<ImageFit>('stretch', 'crop', 'pad');

test('the window lies inside the scaled image and inside the target, and fills it unless padded', () => {
  fc.assert(
    fc.property(side, side, target, target, fit, (width, height, toWidth, toHeight, how) => {
      const image = imageInput({ width: toWidth, height: toHeight, fit: how });
      const plan = planGeometry(image, { width, height });
      assert.ok(plan.left >= 0 && plan.left + plan.width <= plan.scaledWidth);
      assert.ok(plan.top >= 0 && plan.top + plan.height <= plan.scaledHeight);
      assert.ok(plan.targetLeft >= 0 && plan.targetLeft + plan.width <= toWidth);
      assert.ok(plan.targetTop >= 0 && plan.targetTop + plan.height <= toHeight);
      const isFull = { width: plan.width === toWidth, height: plan.height === toHeight };
      assert.ok(how === 'pad' ? isFull.width || isFull.height : isFull.width && isFull.height);
      if (how === 'crop') assert.equal(Math.min(plan.scaledWidth, plan.scaledHeight), image.shorterSide);
    }),
  );
});

test('the aspect ratio is kept to within a pixel, unless stretched', () => {
  fc.assert(
    fc.property(side, side, target, fc.constantFrom('crop', 'pad'), (width, height, to, how) => {
      const { scaledWidth, scaledHeight } = planGeometry(imageInput({ width: to, height: to, fit: how }), {
        width,
        height,
      });
      const ideal = width > height ? (scaledWidth * height) / width : (scaledHeight * width) / height;
      const idealLong = width > height ? (scaledHeight * width) / height : (scaledWidth * height) / width;
      const [short, long] = width > height ? [scaledHeight, scaledWidth] : [scaledWidth, scaledHeight];
      assert.ok(how === 'crop' ? idealLong - long < 1 : Math.abs(ideal - short) <= 1);
    }),
  );
});
