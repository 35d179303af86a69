import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Detection, readDetections } from '@slipway/contract/detection';
import fc from 'fast-check';
import { detectionTensors, trimDetections } from './detection-tensors.ts';

const part = fc.float({ min: 0, max: 1, noNaN: true });

/** With numbers that FP32 has. */
const detections: fc.Arbitrary<Detection> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), part, part, part, part, part)
  .map(([classIndex, score, yMin, xMin, yMax, xMax]) => {
    return { classIndex, label: undefined, score, box: { yMin, xMin, yMax, xMax } };
  });

const images = fc.array(fc.array(detections, { maxLength: 6 }), { maxLength: 4 });

test('what is found is read as it was, with all rows and with as few as there may be', () => {
  fc.assert(
    fc.property(images, fc.integer({ min: 6, max: 9 }), (found, most) => {
      const whole = detectionTensors(found, most);
      assert.deepEqual(readDetections(Object.values(whole)), found);
      const trimmed = trimDetections(whole);
      assert.deepEqual(readDetections(Object.values(trimmed)), found);
      const longest = Math.max(0, ...found.map(({ length }) => length));
      assert.deepEqual(trimmed.boxes.shape, [found.length, longest, 4]);
      assert.deepEqual(trimmed, detectionTensors(found, longest));
    }),
  );
});

test('what has no room is the worst', () => {
  const box = { yMin: 0, xMin: 0.25, yMax: 0.5, xMax: 1 };
  const found = [1, 0.75, 0.5].map((score) => ({ classIndex: 3, label: undefined, score, box }));
  assert.deepEqual(readDetections(Object.values(detectionTensors([found], 2))), [found.slice(0, 2)]);
});
