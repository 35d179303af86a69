import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';
import { decodeExamples } from './decode-examples.ts';
import { encodeAnswer } from './encode-answers.ts';

const spec = (name: string, datatype: TensorSpec['datatype'], ...shape: TensorSpec['shape']): TensorSpec => {
  return { name, datatype, shape };
};

/** The model that TensorFlow Serving is tested with: half of x, plus two. */
const CLASSIFIER: Signature = {
  inputs: [spec('x', 'FP32', 'n', 1)],
  outputs: [spec('scores', 'FP32', 'n', 1)],
};
const REGRESSOR: Signature = { ...CLASSIFIER, outputs: [spec('outputs', 'FP32', 'n', 1)] };

function halfPlusTwo(method: 'classify' | 'regress', body: string): string {
  const call = decodeExamples(Buffer.from(body), method, method === 'classify' ? CLASSIFIER : REGRESSOR);
  if (call instanceof SlipwayError) return call.message;
  const [x] = call.inputs;
  const data = Float32Array.from(x?.data as Float32Array, (value) => value / 2 + 2);
  const outputs = call.outputs.map(
    (name): Tensor => ({ name, datatype: 'FP32', shape: x?.shape ?? [], data }),
  );
  const answer = encodeAnswer(outputs, call);
  return answer instanceof SlipwayError ? answer.message : answer.toString();
}

test('half plus two classifies and regresses', () => {
  const rows: ['classify' | 'regress', string, string][] = [
    ['classify', '{"examples": [{"x": 20}]}', '{"results":[[["",12.0]]]}'],
    ['classify', '{"examples": [{"x": 2.0}, {"x": [0.2]}]}', '{"results":[[["",3.0]],[["",2.1]]]}'],
    ['regress', '{"examples": [{"x": 80.0}]}', '{"results":[42.0]}'],
    [
      'regress',
      '{"signature_name": "serving_default", "examples": [{"x": 1, "more": "y"}]}',
      '{"results":[2.5]}',
    ],
    ['regress', '{"context": {"x": 4.0}, "examples": [{}, {"x": 8.0}]}', '{"results":[4.0,6.0]}'],
    ['regress', '{"examples": [{"x": Infinity}, {"x": NaN}]}', '{"results":[Infinity,NaN]}'],
  ];
  for (const [method, body, answer] of rows) assert.equal(halfPlusTwo(method, body), answer, body);
});

test('what is wrong about examples is told as the stock server tells it', () => {
  const rows: [string, string][] = [
    ['', 'JSON Parse error: The document is empty'],
    [
      '{"signature_name": ["hello"], "examples": []}',
      'JSON Value: {\n    "signature_name": ["hello"],\n    "examples": []\n} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
    ['{"context": [{"names": ["foo"]}]}', 'Example must be JSON object but got JSON Array'],
    ['{}', "JSON Value: {} When method is classify, key 'examples' is expected and was not found"],
    [
      '{"examples": {}}',
      'JSON Value: {\n    "examples": {}\n} Expecting \'examples\' value to be an list/array',
    ],
    ['{"examples": []}', 'JSON Value: {\n    "examples": []\n} \'examples\' value is an empty array'],
    ['{"examples": [[{"names": 1}]]}', 'Example must be JSON object but got JSON Array'],
    ['{"examples": [{"names": [10, null]}]}', 'Feature: names has element with unexpected JSON type: Null'],
    [
      '{"examples": [{"names": [10, 10.0]}]}',
      'Unexpected element type in feature: names expecting type: int64',
    ],
    [
      '{"examples": [{"names": ["a", true]}]}',
      'Unexpected element type in feature: names expecting type: bytes',
    ],
    [
      '{"examples": [{"names": [1.5, "a"]}]}',
      'Unexpected element type in feature: names expecting type: float',
    ],
    [
      '{"examples": [{"names": [10, {"test": 10}]}]}',
      'Feature: names has element with unexpected JSON type: Object',
    ],
    ['{"examples": [{"names": [[10], 20]}]}', 'Feature: names has element with unexpected JSON type: Array'],
    [
      '{"examples": [{"names": [20, 18446744073709551603]}]}',
      'Feature: names has uint64_t element. Only int64_t is supported.',
    ],
    ['{"examples": [{"x": 1}], "signature_name": "other"}', 'No signature was found with the name: other'],
    [
      '{"examples": [{"y": 1}]}',
      'Name: <unknown>, Feature: x (data type: float) is required but could not be found.',
    ],
    [
      '{"examples": [{"x": 1}, {"x": []}]}',
      'Name: <unknown>, Feature: x (data type: float) is required but could not be found.',
    ],
    [
      '{"examples": [{"x": 1}, {"x": "a"}]}',
      "Name: <unknown>, Key: x, Index: 1.  Data types don't match. Data type: string but expected type: float",
    ],
    [
      '{"examples": [{"x": [1.5, 2.5]}]}',
      'Name: <unknown>, Key: x, Index: 0.  Number of float values != expected.  Values size: 2 but output shape: [1]',
    ],
  ];
  for (const [body, text] of rows) {
    assert.equal(halfPlusTwo('classify', body), text, body);
    assert.equal(halfPlusTwo('regress', body), text, body);
  }
});

test('features become the rows of the inputs of their names', () => {
  const signature: Signature = {
    inputs: [
      spec('f', 'FP64', 'n', 2, null),
      spec('i', 'INT64', 'n'),
      spec('s', 'UINT8', 'n', null),
      spec('b', 'BOOL', 'n'),
      spec('t', 'BYTES', 'n', 1),
    ],
    outputs: [spec('y', 'FP32', 'n')],
  };
  const body = (small: number) =>
    Buffer.from(
      `{"context": {"b": true, "t": "all"}, "examples": [
        {"f": [0.1, 2.5, 3.5, 4.5], "i": 9223372036854775807, "s": [1, 2, 3]},
        {"f": [5, 6, 7, 8], "i": [-1], "s": [4, 5, ${small}], "b": [0], "t": {"b64": "b3du"}}]}`,
    );
  const call = decodeExamples(body(255), 'regress', signature);
  assert.ok(!(call instanceof SlipwayError), String(call));
  const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
  const rows = call.inputs.map(({ name, shape, data }) => [name, shape, data]);
  assert.deepEqual(rows, [
    ['f', [2, 2, 2], Float64Array.of(0.1, 2.5, 3.5, 4.5, 5, 6, 7, 8)],
    ['i', [2], BigInt64Array.of(2n ** 63n - 1n, -1n)],
    ['s', [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 255)],
    ['b', [2], Uint8Array.of(1, 0)],
    ['t', [2, 1], [utf8('all'), utf8('own')]],
  ]);
  assert.deepEqual(call.outputs, ['y'], 'an only float output is the value, whatever its name');
  const wrong = decodeExamples(body(256), 'regress', signature);
  const text = 'Name: <unknown>, Key: s, Index: 1.  Value 256 is out of range for uint8';
  assert.equal(wrong instanceof SlipwayError && wrong.message, text);
});

test('examples without number are refused, and features that nobody wants are not kept for each', () => {
  const many = `{"examples": [${'{},'.repeat(100_000)}{}]}`;
  assert.equal(halfPlusTwo('classify', many), 'There are more than 100000 examples.');
  const features = Array.from({ length: 5000 }, (_, index) => `"f${index}": 1`).join();
  const few = `{"context": {${features}, "x": 2}, "examples": [${'{},'.repeat(5000)}{}]}`;
  assert.equal(halfPlusTwo('regress', few), `{"results":[${'3.0,'.repeat(5000)}3.0]}`);
});

test('a model whose outputs do not answer the question says what its signature is for', () => {
  const rows: ['classify' | 'regress', Signature, string][] = [
    ['classify', REGRESSOR, 'classification signature method_name to be tensorflow/serving/classify'],
    [
      'classify',
      // As a detector has them.
      { ...REGRESSOR, outputs: [spec('classes', 'FP32', 'n', 'm'), spec('scores', 'FP32', 'n', 'm')] },
      'classification signature method_name to be tensorflow/serving/classify',
    ],
    [
      'regress',
      { inputs: [], outputs: REGRESSOR.outputs },
      'regression signature method_name to be tensorflow/serving/regress',
    ],
    [
      'regress',
      { ...REGRESSOR, outputs: [spec('a', 'FP32', 'n'), spec('b', 'FP32', 'n')] },
      'regression signature method_name to be tensorflow/serving/regress',
    ],
  ];
  for (const [method, signature, text] of rows) {
    const error = decodeExamples(Buffer.from('{"examples": [{"x": 1}]}'), method, signature);
    const message = `Expected ${text}. Was: tensorflow/serving/predict`;
    assert.equal(error instanceof SlipwayError && error.message, message);
  }
});

test('classes come with their scores, and outputs that do not fit are told', () => {
  const signature: Signature = {
    inputs: [spec('x', 'FP32', 'n')],
    outputs: [spec('classes', 'BYTES', 'n', 2), spec('scores', 'FP32', 'n', 2)],
  };
  const call = decodeExamples(Buffer.from('{"examples": [{"x": 1}]}'), 'classify', signature);
  assert.ok(!(call instanceof SlipwayError));
  assert.deepEqual(call.outputs, ['classes', 'scores']);
  const texts = [Buffer.from('car'), Buffer.from('"b"')];
  const classes: Tensor = { name: 'classes', datatype: 'BYTES', shape: [1, 2], data: texts };
  const scores: Tensor = { name: 'scores', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.2, 0.7) };
  const rows: [Tensor[], string][] = [
    [[scores, classes], '{"results":[[["car",0.2],["\\"b\\"",0.7]]]}'],
    [[classes, { ...scores, shape: [2] }], 'Expected Tensor shape: [batch_size num_classes] but got [2]'],
    [[classes, { ...scores, shape: [2, 1] }], 'Expected scores output batch size of 1. Got: 2'],
    [
      [{ ...classes, shape: [1, 1] }, scores],
      'Tensors class and score should match in dim_size(1). Got 1 vs. 2',
    ],
    [[{ ...scores, name: 'classes' }], 'Expected classes Tensor of DT_STRING. Got: DT_FLOAT'],
  ];
  for (const [outputs, expected] of rows) {
    const answer = encodeAnswer(outputs, call);
    assert.equal(answer instanceof SlipwayError ? answer.message : answer.toString(), expected);
  }
});
