import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { scoringFailure } from './scoring-failure.ts';

const CASES: readonly [number | undefined, string][] = [
  [400, 'Wrong shape.'],
  [503, 'Wrong shape. See "slipway service logs digits".'],
  [undefined, 'Wrong shape.'],
];
for (const [status, message] of CASES) {
  test(`${status}: ${message}`, () => {
    const told = scoringFailure(
      new SlipwayError('unavailable', 'Wrong shape.', { details: { status } }),
      'digits',
    );
    assert.ok(told instanceof SlipwayError);
    assert.equal(told.message, message);
  });
}
