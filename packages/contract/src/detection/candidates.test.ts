import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { candidatesOf } from './candidates.ts';

const CLASSES = 4;

/** Every class's softmax, without a thought of what can be left out. */
function plainCandidates(logits: Float64Array, threshold: number) {
  return Array.from({ length: logits.length / CLASSES }, (_, anchor) => {
    const own = [...logits.subarray(anchor * CLASSES, (anchor + 1) * CLASSES)];
    const largest = Math.max(...own);
    const powers = own.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((all, power) => all + power, 0);
    const scores = powers.map((power, classIndex) => ({ anchor, classIndex, score: power / sum }));
    return scores.filter(({ classIndex, score }) => classIndex > 0 && score > threshold);
  }).flat();
}

const logit = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const near = fc.double({ min: -2, max: 2, noNaN: true });
const anchors = fc.array(fc.array(fc.oneof(logit, near), { minLength: CLASSES, maxLength: CLASSES }));

test('no class whose score lies above the threshold is left out, and no other is there', () => {
  fc.assert(
    fc.property(anchors, fc.double({ min: 0, max: 1, noNaN: true }), (rows, threshold) => {
      const logits = Float64Array.from(rows.flat());
      assert.deepEqual(candidatesOf(logits, CLASSES, threshold), plainCandidates(logits, threshold));
    }),
  );
});

test('a class just above the threshold counts, one at it does not', () => {
  // Beside the two all others vanish, so that each has its share of one.
  for (const share of [0.5, 0.25, 0.1]) {
    const logits = Float64Array.of(0, Math.log(share / (1 - share)), -1e6, -1e6);
    const [found] = candidatesOf(logits, CLASSES, 0);
    assert.ok(found !== undefined && Math.abs(found.score - share) < 1e-15);
    assert.deepEqual(candidatesOf(logits, CLASSES, found.score), []);
    assert.equal(candidatesOf(logits, CLASSES, found.score * (1 - 1e-15)).length, 1);
  }
});
