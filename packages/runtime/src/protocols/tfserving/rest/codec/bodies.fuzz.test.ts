import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, type Signature, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
import { fuzz, JSON_FRAGMENTS, onlyText } from '../../../fuzzing.test.helper.ts';
import { errorAnswer } from '../errors.ts';
import { decodeCarefully } from './careful-predict.ts';
import { decodeExamples } from './decode-examples.ts';
import { decodePredict } from './decode-predict.ts';

const SIGNATURES: readonly Signature['inputs'][] = [
  [{ name: 'x', datatype: 'FP32', shape: [null, 2] }],
  [{ name: 'x', datatype: 'BYTES', shape: [null] }],
  [
    { name: 'a', datatype: 'INT64', shape: [null, 2] },
    { name: 'b', datatype: 'BOOL', shape: [null] },
  ],
  [
    { name: 'a', datatype: 'UINT8', shape: [null] },
    { name: 'b', datatype: 'FP64', shape: [null, null] },
  ],
];

const PREDICT_SAMPLES = [
  '{"instances":[[1.5,-2e3],[NaN,0.25]],"signature_name":""}',
  '{"instances":[{"b64":"aGk="},"a\\u0041\\ud83d\\ude00"]}',
  '{"instances":[{"a":[1,9007199254740993],"b":true},{"b":false,"a":[3,-4]}]}',
  '{"inputs":{"a":[0,255],"b":[[1.5],[Infinity]],"c":{"d":[null]}}}',
].map((text) => Buffer.from(text));

/** A model that answers classify; it reads the features `x` and `y`. */
const CLASSIFIER: Signature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [null, 1] },
    { name: 'y', datatype: 'BYTES', shape: [null, 1] },
  ],
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [null, 1] }],
};
const EXAMPLE_SAMPLES = [
  '{"examples":[{"x":1.5,"y":"a"},{"x":[2],"y":[{"b64":"aGk="}]}]}',
  '{"signature_name":"","context":{"y":"c"},"examples":[{"x":-1e3},{"x":NaN,"z":[1,2]}]}',
].map((text) => Buffer.from(text));

function answerTo(error: SlipwayError): string {
  const { status, body } = errorAnswer(error);
  assert.equal(status, 400);
  return onlyText(body, 'error');
}

function checkedData(inputs: readonly Tensor[]): readonly TensorData[] {
  for (const { data, shape } of inputs) assert.equal(data.length, elementCount(shape));
  return inputs.map(({ data }) => data);
}

test('damaged bodies of predict are read or refused in the stock shape, and both ways of reading agree', () => {
  fuzz({
    samples: PREDICT_SAMPLES,
    fragments: JSON_FRAGMENTS,
    decode: (body, draw) => {
      const signature: Signature = { inputs: SIGNATURES[draw(SIGNATURES.length)] ?? [], outputs: [] };
      const call = decodePredict(body, signature);
      if (call instanceof SlipwayError) return call;
      if (draw(10) === 0) assert.deepEqual(call, decodeCarefully(body, signature));
      return checkedData(call.inputs);
    },
    answerTo,
  });
});

test('damaged bodies of classify are read or refused in the stock shape', () => {
  fuzz({
    samples: EXAMPLE_SAMPLES,
    fragments: JSON_FRAGMENTS,
    decode: (body) => {
      const call = decodeExamples(body, 'classify', CLASSIFIER);
      return call instanceof SlipwayError ? call : checkedData(call.inputs);
    },
    answerTo,
  });
});
