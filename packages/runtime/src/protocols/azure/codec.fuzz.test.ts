import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, type Signature, SlipwayError } from '@slipway/contract';
import { fuzz, JSON_FRAGMENTS, onlyText } from '../fuzzing.test.helper.ts';
import { decodeScore } from './codec.ts';
import { errorAnswer } from './errors.ts';

const ONE: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [null, 2] }],
  outputs: [],
};
const MANY: Signature = {
  inputs: [
    { name: 'a', datatype: 'INT64', shape: [null] },
    { name: 'b', datatype: 'BYTES', shape: [null] },
    { name: 'c', datatype: 'BOOL', shape: [2] },
  ],
  outputs: [],
};

const SAMPLES = [
  '{"data":[[0.25,-1e3],[NaN,Infinity]]}',
  '{"inputs":{"x":[[1.5,2]]},"outputs":["y","z"]}',
  '{"outputs":["y"],"inputs":{"a":[9007199254740993,-1],"b":["a\\u0041\\ud83d\\ude00","é"],"c":[true,false]}}',
].map((text) => Buffer.from(text));

test('damaged bodies of /score are read or refused as Azure refuses them', () => {
  fuzz({
    samples: SAMPLES,
    fragments: JSON_FRAGMENTS,
    decode: (body, draw) => {
      const call = decodeScore(body, draw(2) === 0 ? ONE : MANY);
      if (call instanceof SlipwayError) return call;
      for (const { data, shape } of call.inputs) assert.equal(data.length, elementCount(shape));
      return call.inputs.map(({ data }) => data);
    },
    answerTo: (error) => {
      const { status, body } = errorAnswer(error, { service: 's' });
      assert.equal(status, 400);
      return onlyText(body, 'message');
    },
  });
});
