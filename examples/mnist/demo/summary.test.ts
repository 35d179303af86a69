import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIGIT_PIXELS, type Digits } from '../digits.ts';
import type { Scores } from './score-digits.ts';
import { figures, pictures } from './summary.ts';

const DIGITS: Digits = {
  count: 5,
  pixels: new Float32Array(5 * DIGIT_PIXELS),
  labels: Uint8Array.of(0, 1, 2, 3, 4),
};

const SCORES: Scores = {
  digits: [0, 1, 2, 3, 4].map((label, index) => ({
    index,
    label,
    prediction: label === 4 ? 9 : label,
    probability: 0.994,
  })),
  accuracy: 0.8,
  p50: 1.234,
  p99: 5,
  requestsPerSecond: 1234.5,
};

test('shows as many digits as fit, one wrong prediction among them', () => {
  const lines = pictures(SCORES, DIGITS, 90).split('\n');
  assert.equal(lines.length, 15);
  assert.ok(lines.every((line) => line.length === 88));
  assert.match(
    lines.at(-1) ?? '',
    /^✔ 0, predicted 0 \(99 %\) +✔ 1, predicted 1 \(99 %\) +✖ 4, predicted 9 \(99 %\)/,
  );
});

test('shows one digit in the narrowest terminal', () => {
  assert.match(pictures(SCORES, DIGITS, 10), /✔ 0, predicted 0/);
});

test('tells the figures', () => {
  assert.equal(
    figures(SCORES),
    [
      'accuracy    80.00 % of 5 test digits',
      'latency     p50 1.2 ms, p99 5.0 ms, with 8 callers at once',
      'throughput  1,235 requests/s',
    ].join('\n'),
  );
});
