import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode, isErrorCode, SlipwayError } from '@slipway/contract';
import { queueFull, requestTimedOut, waitedTooLong } from '../../../scheduling/refusals.ts';
import { unknownModel } from '../refusals.ts';
import { errorAnswer } from './errors.ts';

test('every code has a status', () => {
  const expected: Record<ErrorCode, number> = {
    invalid_argument: 400,
    invalid_model: 500,
    not_found: 404,
    already_exists: 400,
    in_use: 400,
    precondition_failed: 400,
    conflict: 400,
    unauthenticated: 401,
    permission_denied: 403,
    payload_too_large: 400,
    unsupported_media_type: 415,
    method_not_allowed: 405,
    unschedulable: 503,
    overloaded: 503,
    unavailable: 503,
    deadline_exceeded: 504,
    cancelled: 400,
    corrupt: 500,
    storage_full: 500,
    script_failed: 500,
    unsupported: 501,
    internal: 500,
  };
  for (const code of Object.keys(ERROR_CODES).filter(isErrorCode)) {
    const { status, body } = errorAnswer(new SlipwayError(code, 'a "reason"'));
    assert.equal(status, expected[code], code);
    assert.deepEqual(Object.keys(JSON.parse(String(body))), ['error'], code);
  }
});

test('clients find the words they look for', () => {
  const text = (error: SlipwayError) => JSON.parse(String(errorAnswer(error).body)).error;
  assert.equal(text(unknownModel('x')), "Request for unknown model: 'x' is not found");
  assert.equal(text(unknownModel('x', '9')), "Request for unknown model: 'x' version 9 is not found");
  assert.match(text(queueFull(1)), /^Exceeds maximum queue size: The replica already has 1 requests waiting/);
  assert.match(text(waitedTooLong(5)), /^Request timeout expired: The request waited more than 5 ms/);
  assert.match(text(requestTimedOut(5)), /^Request timeout expired: The request waited longer/);
  const tooLarge = (details: object) =>
    text(new SlipwayError('payload_too_large', 'x', { details: { ...details } }));
  const limit = 'bytes exceeds the maximum allowed input size of 5 bytes';
  assert.ok(tooLarge({ declared: 9, maxBytes: 5 }).startsWith(`request JSON size of 9 ${limit}`));
  assert.ok(tooLarge({ maxBytes: 5 }).startsWith(`request JSON size of more than 5 ${limit}`));
  assert.equal(errorAnswer(requestTimedOut(5)).status, 503);
  assert.equal(errorAnswer(queueFull(1)).notRun, true);
  assert.doesNotMatch(text(new SlipwayError('internal', 'secret path')), /secret/);
});
