import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { scoringFailure } from './scoring-failure.ts';

const CASES: readonly [number, string, string][] = [
  [400, '{"message": "Wrong shape."}', 'The service answered 400: Wrong shape.'],
  [
    503,
    'No ready replicas.',
    'The service answered 503: No ready replicas. See "slipway service logs digits".',
  ],
  [400, 'null', 'The service answered 400: null'],
];
for (const [status, body, message] of CASES) {
  test(message, () => {
    const told = scoringFailure(
      new SlipwayError('invalid_argument', 'x', { details: { status, body } }),
      'digits',
    );
    assert.ok(told instanceof SlipwayError);
    assert.equal(told.message, message);
  });
}

test('an error without an answer stays as it is', () => {
  const error = new SlipwayError('unavailable', 'No gateway.');
  assert.equal(scoringFailure(error, 'digits'), error);
});
