import { test } from 'node:test';
import { fuzz, JSON_FRAGMENTS } from '../../../fuzzing.test.helper.ts';
import { answerTo, decode, FRAGMENTS } from './fuzzing.test.helper.ts';

const SAMPLES = [
  '{"id":"1","parameters":{"timeout":5,"x":1.5e3},"inputs":[{"name":"a","shape":[2],"datatype":"INT64","data":[9007199254740993,-1]},{"name":"b","shape":[2],"datatype":"BYTES","data":["a\\u0041","é"]},{"name":"c","datatype":"FP32","data":[[0.25,NaN]],"shape":[1,2]}],"outputs":[{"name":"y","parameters":{"binary_data":true,"classification":2}}]}',
  '{"inputs":[{"data":[[1,2],[3,4]],"name":"c","shape":[2,2],"datatype":"FP32"},{"name":"b","shape":[0],"datatype":"BYTES","data":[]},{"name":"a","shape":[2],"datatype":"INT64","data":[0,1]}]}',
].map((text) => Buffer.from(text));

test('damaged JSON requests are read or refused in the shape of the protocol', () => {
  fuzz({
    samples: SAMPLES,
    fragments: [...JSON_FRAGMENTS, ...FRAGMENTS],
    decode: (body) => decode(body, undefined),
    answerTo,
  });
});
