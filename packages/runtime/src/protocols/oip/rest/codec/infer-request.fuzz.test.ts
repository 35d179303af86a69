import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, SlipwayError } from '@slipway/contract';
import { modelOf } from '../../fixtures.ts';
import { errorAnswer } from '../errors.ts';
import { decodeInferRequest } from './infer-request.ts';

const BODIES = 100_000;

const MODEL = modelOf(
  [
    ['a', 'INT64', [2]],
    ['b', 'BYTES', [null]],
    ['c', 'FP32', [null, 2]],
  ],
  [
    ['y', 'FP32', [3]],
    ['z', 'INT8', [3]],
  ],
);

const JSON_PART =
  '{"id":"1","parameters":{"timeout":5,"x":1.5e3},"inputs":[{"name":"a","shape":[2],"datatype":"INT64","data":[9007199254740993,-1]},{"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}},{"name":"c","datatype":"FP32","data":[[0.25,NaN]],"shape":[1,2]}],"outputs":[{"name":"y","parameters":{"binary_data":true,"classification":2}}]}';
const RAW_PART = Buffer.from('\x01\0\0\0x\x02\0\0\0yz', 'latin1');
const WHOLE = Buffer.concat([Buffer.from(JSON_PART), RAW_PART]);

/** What mutations put in: the bytes and words that mean something in either form. */
const FRAGMENTS = [
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '"',
  '\\',
  '\\u00',
  '-',
  '0',
  '9'.repeat(30),
  '1e999',
  'null',
]
  .concat([
    'true',
    '"data":',
    '"shape":',
    '"parameters":{',
    '[[[[',
    '\0',
    '\xff',
    '"FP16"',
    '"BYTES"',
    '4294967295',
  ])
  .map((text) => Buffer.from(text, 'latin1'));

/** Marsaglia's xorshift: the same bodies in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutate(random: (below: number) => number): Buffer {
  let body = Buffer.from(WHOLE);
  for (let times = 1 + random(4); times > 0; times -= 1) {
    const at = random(body.length + 1);
    const fragment = FRAGMENTS[random(FRAGMENTS.length)] ?? WHOLE;
    const cut = random(3) === 0 ? random(40) : random(2);
    const kind = random(4);
    if (kind === 0) body[at] = random(256);
    else if (kind === 1) body = Buffer.concat([body.subarray(0, at), fragment, body.subarray(at + cut)]);
    else if (kind === 2) body = Buffer.concat([body.subarray(0, at), body.subarray(at + cut)]);
    else body = Buffer.concat([body.subarray(0, at), WHOLE.subarray(random(WHOLE.length))]);
  }
  return body;
}

test('damaged requests are read or refused in the shape of the protocol', () => {
  const random = randomNumbers(20_261_122);
  let good = 0;
  for (let index = 0; index < BODIES; index += 1) {
    const body = mutate(random);
    const jsonLength = Math.max(0, body.length - RAW_PART.length - random(2));
    const headerLength = random(20) === 0 ? undefined : String(jsonLength);
    const call = decodeInferRequest({ body, headerLength, maxInputBytes: 10_000 }, MODEL);
    if (call instanceof SlipwayError) {
      const { status, body: told } = errorAnswer(call);
      const answer = String(told);
      assert.ok(status === 400 || status === 501, call.message);
      assert.ok(answer.startsWith('{"error":"') && answer.length < 1_000, answer);
    } else {
      good += 1;
      for (const { data, shape } of call.inputs) assert.equal(data.length, elementCount(shape));
    }
  }
  assert.ok(good > BODIES / 100, `${good} bodies were good`);
});
