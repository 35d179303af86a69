import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveRequestIds } from './request-ids.ts';

const newId = () => 'new';

for (const { name, given, answer, logId } of [
  { name: 'none', given: {}, answer: { 'x-request-id': 'new', 'x-ms-request-id': 'new' }, logId: 'new' },
  {
    name: 'x-request-id',
    given: { 'x-request-id': 'A' },
    answer: { 'x-request-id': 'A', 'x-ms-request-id': 'A' },
    logId: 'A',
  },
  {
    name: 'x-ms-request-id',
    given: { 'x-ms-request-id': 'B' },
    answer: { 'x-request-id': 'new', 'x-ms-request-id': 'B', 'x-ms-client-request-id': 'B' },
    logId: 'B',
  },
  {
    name: 'x-ms-client-request-id',
    given: { 'x-ms-client-request-id': 'C' },
    answer: { 'x-request-id': 'new', 'x-ms-request-id': 'C', 'x-ms-client-request-id': 'C' },
    logId: 'C',
  },
  {
    name: 'both x-ms ids',
    given: { 'x-ms-request-id': 'B', 'x-ms-client-request-id': 'C' },
    answer: { 'x-request-id': 'new', 'x-ms-request-id': 'B', 'x-ms-client-request-id': 'C' },
    logId: 'C',
  },
  {
    name: 'an empty id and a trace',
    given: { 'x-request-id': '', traceid: 'T' },
    answer: { 'x-request-id': 'new', 'x-ms-request-id': 'new', traceid: 'T' },
    logId: 'new',
  },
]) {
  test(`ids of a request with ${name}`, () => {
    const ids = resolveRequestIds(given, newId);
    assert.deepEqual(ids.headers, answer);
    assert.equal(ids.requestId, answer['x-request-id']);
    assert.equal(ids.logId, logId);
    assert.equal(ids.refusal, undefined);
  });
}

const LONG = 'x'.repeat(101);

for (const { given, answer, refusal } of [
  { given: { 'x-request-id': LONG }, answer: {}, refusal: 'x-request-id must not exceed 100 characters' },
  ...['x-ms-request-id', 'x-ms-client-request-id'].map((header) => ({
    given: { 'x-request-id': 'A', [header]: LONG },
    answer: { 'x-request-id': 'A' },
    refusal: 'x-ms-request-id and x-ms-client-request-id must not exceed 100 characters',
  })),
]) {
  test(`a request is refused because ${refusal} (${Object.keys(given).at(-1)})`, () => {
    const ids = resolveRequestIds(given, newId);
    assert.equal(ids.refusal, refusal);
    assert.deepEqual(ids.headers, answer);
  });
}

test('an id of 100 characters is long enough', () => {
  assert.equal(resolveRequestIds({ 'x-request-id': 'x'.repeat(100) }, newId).refusal, undefined);
});
