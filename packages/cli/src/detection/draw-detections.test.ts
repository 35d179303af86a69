import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detection } from '@slipway/sdk';
import fc from 'fast-check';
import { type Canvas, textSize, write } from './canvas.ts';
import { drawDetections, labelOf } from './draw-detections.ts';
import { drawableText } from './glyphs.ts';

const CAT = {
  classIndex: 8,
  label: 'cat',
  score: 0.876,
  box: { yMin: 0.25, xMin: 0.25, yMax: 0.75, xMax: 0.75 },
};

function blank(width: number, height: number): Canvas {
  return { width, height, pixels: new Uint8Array(width * height * 3) };
}

/** `#` where anything was drawn. */
function inkOf({ width, height, pixels }: Canvas): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * 3;
      return pixels.subarray(at, at + 3).some((level) => level > 0) ? '#' : '.';
    }).join(''),
  );
}

test('letters', () => {
  const { width, height } = textSize('A7', 1);
  const canvas = blank(width, height);
  write(canvas, 'A7', { left: 0, top: 0 }, 1, [255, 255, 255]);
  assert.deepEqual(inkOf(canvas), [
    '.............',
    '..###..#####.',
    '.#...#.....#.',
    '.#...#....#..',
    '.#####...#...',
    '.#...#..#....',
    '.#...#..#....',
    '.#...#..#....',
    '.............',
  ]);
});

test('a box has its edges in it, and its label above it', () => {
  const canvas = blank(120, 80);
  drawDetections(canvas, [{ ...CAT, label: undefined, classIndex: 7 }]);
  const rows = inkOf(canvas);
  const edge = `${'.'.repeat(30)}${'#'.repeat(60)}${'.'.repeat(30)}`;
  assert.equal(rows[20], edge);
  assert.equal(rows[59], edge);
  assert.equal(rows[21], `${'.'.repeat(30)}#${'.'.repeat(58)}#${'.'.repeat(30)}`);
  assert.equal(rows[60], '.'.repeat(120));
  // "#7 0.88" on a ground of the box's colour, whose upper row is its margin.
  assert.equal(rows[11], `${'.'.repeat(30)}${'#'.repeat(43)}${'.'.repeat(47)}`);
  assert.equal(rows[10], '.'.repeat(120));
});

test('a label stays in the picture', () => {
  const canvas = blank(120, 80);
  const box = { yMin: 0, xMin: 0.9, yMax: 1, xMax: 1 };
  drawDetections(canvas, [{ ...CAT, box }]);
  // "CAT 0.88" takes 49 pixels.
  assert.equal(inkOf(canvas)[0], `${'.'.repeat(71)}${'#'.repeat(49)}`);
});

test('the best lies above the others', () => {
  const canvas = blank(100, 100);
  const worse = blank(100, 100);
  drawDetections(canvas, [CAT, { ...CAT, classIndex: 9 }]);
  drawDetections(worse, [{ ...CAT, classIndex: 9 }]);
  const only = blank(100, 100);
  drawDetections(only, [CAT]);
  assert.deepEqual(canvas, only);
  assert.notDeepEqual(canvas, worse);
});

const NAMES: readonly [label: string | undefined, drawn: string][] = [
  ['cat', 'CAT 0.88'],
  ['Tvättbjörn', 'TVATTBJORN 0.88'],
  ['tv/monitor', 'TV/MONITOR 0.88'],
  ['猫', '#8 0.88'],
  [undefined, '#8 0.88'],
];

for (const [label, drawn] of NAMES)
  test(`${label} is drawn as ${drawn}`, () => assert.equal(labelOf({ ...CAT, label }), drawn));

const part = fc.double({ min: 0, max: 1, noNaN: true });

test('nothing is drawn beside a picture of any size, nor outside its memory', () => {
  const detection: fc.Arbitrary<Detection> = fc.record({
    classIndex: fc.integer({ min: 1, max: 20 }),
    label: fc.option(fc.string(), { nil: undefined }),
    score: part,
    box: fc.tuple(part, part, part, part).map(([a, b, c, d]) => {
      return { yMin: Math.min(a, b), xMin: Math.min(c, d), yMax: Math.max(a, b), xMax: Math.max(c, d) };
    }),
  });
  const side = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(side, side, fc.array(detection, { maxLength: 3 }), (width, height, detections) => {
      const length = width * height * 3;
      const pixels = new Uint8Array(length + 30);
      drawDetections({ width, height, pixels }, detections);
      assert.ok(pixels.subarray(length).every((level) => level === 0));
    }),
  );
});

test('what can be drawn stays so', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const drawable = drawableText(text);
      fc.pre(drawable !== undefined);
      assert.equal(drawableText(drawable ?? ''), drawable);
    }),
  );
});
