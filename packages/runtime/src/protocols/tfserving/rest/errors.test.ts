import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode, SlipwayError } from '@slipway/contract';
import { errorAnswer } from './errors.ts';

test('every code has its status, and the body is always an error', () => {
  const statuses: Readonly<Record<ErrorCode, number>> = {
    invalid_argument: 400,
    invalid_model: 500,
    not_found: 404,
    already_exists: 409,
    in_use: 409,
    precondition_failed: 400,
    conflict: 400,
    unauthenticated: 401,
    permission_denied: 403,
    payload_too_large: 413,
    unsupported_media_type: 415,
    method_not_allowed: 400,
    unschedulable: 500,
    overloaded: 503,
    unavailable: 503,
    deadline_exceeded: 504,
    cancelled: 499,
    corrupt: 500,
    storage_full: 500,
    script_failed: 500,
    unsupported: 501,
    internal: 500,
  };
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const answer = errorAnswer(new SlipwayError(code, 'Bad key: "key"'));
    assert.equal(answer.status, statuses[code], code);
    const { error } = JSON.parse(answer.body.toString()) as { error: string };
    const isHidden = code === 'internal' || !/Bad key/.test(error);
    assert.equal(error, isHidden ? 'An unexpected internal error occurred.' : 'Bad key: "key"', code);
    assert.equal(answer.notRun, code === 'overloaded' || code === 'unavailable', code);
  }
});
