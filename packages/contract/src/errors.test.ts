import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, errorFromBody, isErrorCode, SlipwayError, toSlipwayError } from './errors.ts';

test('an error survives the way to its plain form and back', () => {
  const error = new SlipwayError('in_use', 'Model digits:1 is used by service digits.', {
    details: { users: ['services/digits'] },
  });
  const back = errorFromBody(JSON.parse(JSON.stringify(error)));
  assert.deepEqual(back.toJSON(), error.toJSON());
});

test('an unknown code or a missing message does not break the reader', () => {
  assert.deepEqual(errorFromBody({ code: 'brand_new', message: 'x' }).toJSON(), {
    code: 'internal',
    message: 'x',
  });
  assert.equal(errorFromBody({}).code, 'internal');
});

test('inherited names are not error codes', () => {
  assert.equal(isErrorCode('toString'), false);
  assert.equal(isErrorCode('internal'), true);
});

test('what was not thrown on purpose is internal, with its cause', () => {
  const cause = new TypeError('x is not a function');
  const error = toSlipwayError(cause);
  assert.equal(error.code, 'internal');
  assert.equal(error.cause, cause);
  const own = new SlipwayError('not_found', 'No such thing.');
  assert.equal(toSlipwayError(own), own);
});

test('every code has a sentence', () => {
  for (const [code, sentence] of Object.entries(ERROR_CODES)) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert.match(sentence, /^[A-Z].*\.$/);
  }
});
