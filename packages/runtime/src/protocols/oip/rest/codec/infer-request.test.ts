import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { writeBytesTensor } from '../../bytes-tensor.ts';
import { modelOf } from '../../fixtures.ts';
import { decodeInferRequest, type InferCall } from './infer-request.ts';

const ONE = modelOf([['x', 'FP32', [null, 2]]], [['y', 'FP32', [null, 3]]]);
const TWO = modelOf(
  [
    ['a', 'INT64', [2]],
    ['b', 'BYTES', [2]],
  ],
  [
    ['y', 'FP32', [3]],
    ['z', 'FP16', [3]],
    ['s', 'BYTES', [3]],
  ],
);

function decode(
  body: string | Uint8Array,
  model = ONE,
  headerLength?: string,
  maxInputBytes = 1_000_000,
): InferCall | string {
  const call = decodeInferRequest({ body: Buffer.from(body), headerLength, maxInputBytes }, model);
  if (!(call instanceof SlipwayError)) return call;
  return call.code === 'invalid_argument' ? call.message : `${call.code}: ${call.message}`;
}

function decoded(...args: Parameters<typeof decode>): InferCall {
  const call = decode(...args);
  assert.ok(typeof call === 'object', String(call));
  return call;
}

/** JSON for one input `x` with these members instead of the usual. */
function input(members: string, rest = ''): string {
  return `{"inputs":[{"name":"x",${members}}]${rest}}`;
}

const GOOD = '"shape":[1,2],"datatype":"FP32","data":[1,2]';

test('data may be flat or nested, and stand before what says how to read it', () => {
  const x = { name: 'x', datatype: 'FP32', shape: [2, 2], data: new Float32Array([1, 2, Number.NaN, 0.5]) };
  const rows = [
    '"shape":[2,2],"datatype":"FP32","data":[1,2,NaN,0.5]',
    '"shape":[2,2],"datatype":"FP32","data":[[1,2],[NaN,5e-1]]',
    '"shape":[2,2],"datatype":"FP32","data":[[[1]],[2,NaN,0.5]]',
    '"data":[[1,2],[NaN,0.5]],"datatype":"FP32","shape":[2,2]',
    '"shape":[2,2],"data":[[1,2],[NaN,0.5]],"datatype":"FP32","data":"again","name":7',
    '"unknown":{"a":[null]},"parameters":{},"shape":[2,2],"datatype":"FP32","data":[1,2,NaN,0.5]',
  ];
  for (const members of rows) assert.deepEqual(decoded(input(members)).inputs, [x], members);
});

test('integers of 64 bits stay exact, and text becomes bytes', () => {
  const call = decoded(
    '{"id":"7","inputs":[{"name":"b","shape":[2],"datatype":"BYTES","data":["é",""]},{"name":"a","shape":[2],"datatype":"INT64","data":[9223372036854775807,-9223372036854775808]}],"outputs":[{"name":"y"}]}',
    TWO,
  );
  assert.equal(call.id, '7');
  const [a, b] = call.inputs;
  assert.deepEqual(a?.data, new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)]));
  assert.deepEqual(b?.data, [new Uint8Array([0xc3, 0xa9]), new Uint8Array()]);
});

test('raw tensors stand behind the JSON in the order of their inputs', () => {
  const strings = writeBytesTensor([Buffer.from('one'), Buffer.from('')]);
  const json = `{"inputs":[{"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":${strings.length}}},{"name":"a","shape":[2],"datatype":"INT64","parameters":{"binary_data_size":16}}],"outputs":[{"name":"y"}]}`;
  const numbers = new BigInt64Array([1n, -2n]);
  const body = Buffer.concat([Buffer.from(json), strings, new Uint8Array(numbers.buffer)]);
  const [a, b] = decoded(body, TWO, String(json.length)).inputs;
  assert.deepEqual(a?.data, numbers);
  assert.deepEqual(b?.data, [Buffer.from('one'), Buffer.from('')]);
});

test('a body without JSON is the one input of its model', () => {
  const floats = new Uint8Array(new Float32Array([1, 2]).buffer);
  assert.deepEqual(decoded(floats, ONE, '0'), {
    id: undefined,
    options: { priority: undefined, timeoutMicroseconds: undefined, custom: new Map() },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: new Float32Array([1, 2]) }],
    outputs: [{ name: 'y', output: 'y', binary: true, classes: 0 }],
  });
  const open = modelOf([['x', 'INT8', [3, null]]]);
  assert.deepEqual(decoded(new Uint8Array(6), open, '0').inputs[0]?.shape, [3, 2]);
  assert.deepEqual(decoded('', open, '0').inputs[0]?.shape, [3, 0]);
  const text = modelOf([['x', 'BYTES', ['n', 1]]], [['y', 'FP32', ['n']]]);
  const [string] = decoded('a body', text, '0').inputs;
  assert.deepEqual([string?.shape, string?.data], [[1, 1], [Buffer.from('a body')]]);
});

test('each output is answered as it was wished, and its own wish wins', () => {
  const ask = (rest: string) => {
    const call = decode(
      `{"inputs":[{"name":"a","shape":[2],"datatype":"INT64","data":[1,2]},{"name":"b","shape":[2],"datatype":"BYTES","data":["",""]}]${rest}}`,
      TWO,
    );
    return typeof call === 'string' ? call : call.outputs;
  };
  const wish = (name: string, binary = false) => ({ name, output: name, binary, classes: 0 });
  assert.deepEqual(ask(',"outputs":[{"name":"s"},{"name":"y"}]'), [wish('s'), wish('y')]);
  assert.deepEqual(ask(',"parameters":{"binary_data_output":true}'), [
    wish('y', true),
    wish('z', true),
    wish('s', true),
  ]);
  assert.deepEqual(
    ask(
      ',"outputs":[{"name":"y","parameters":{"binary_data":false,"classification":2}},{"name":"z"}],"parameters":{"binary_data_output":true}',
    ),
    [{ ...wish('y'), classes: 2 }, wish('z', true)],
  );
  const rows: [string, string][] = [
    ['', 'sending FP16 data via JSON is not supported. Please use the binary data format for output z'],
    [',"outputs":[{"name":"y"},{"name":"y"}]', "output 'y' already exists in request"],
    [
      ',"outputs":[{"name":"q"}]',
      "unexpected inference output 'q' for model 'm'. Its output(s) are ['y','z','s'].",
    ],
    [
      ',"outputs":[{"name":"s","parameters":{"classification":1}}]',
      "class result not available for output due to unsupported type 'BYTES'",
    ],
    [
      ',"outputs":[{"name":"y","parameters":{"binary_data":1}}]',
      "Unable to parse 'binary_data': expected true or false, found 1",
    ],
    [
      ',"outputs":[{"name":"y","parameters":{"classification":-1}}]',
      "Unable to parse 'classification': expected a whole number from 0, found -1",
    ],
    [',"outputs":[{}]', "Unable to parse 'name': attempt to access non-existing object member 'name'"],
    [
      ',"outputs":[{"name":"y","parameters":{"shared_memory_region":"r"}}]',
      "unsupported: 'shared_memory_region' is not supported; send and ask for tensors in the body.",
    ],
  ];
  for (const [rest, message] of rows) assert.equal(ask(rest), message);
});

test('bad JSON requests are refused in the words of the stock server', () => {
  const deep = `${'['.repeat(101)}1`;
  const only =
    "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But";
  const rows: [string, string][] = [
    ['', 'failed to parse the request JSON buffer: expected an object, found the end of the body at 0'],
    ['[]', 'failed to parse the request JSON buffer: expected an object, found an array at 0'],
    [
      `${input(GOOD)}x`,
      'failed to parse the request JSON buffer: expected the end of the JSON, found "x" at 70',
    ],
    [
      '{"inputs":[]',
      'failed to parse the request JSON buffer: expected "," or "}", found the end of the body at 12',
    ],
    ['{}', "Unable to parse 'inputs': attempt to access non-existing object member 'inputs'"],
    ['{"inputs":{}}', "Unable to parse 'inputs': expected an array, found an object at 10"],
    ['{"id":5}', `Unable to parse 'id': expected a string, found "5" at 6`],
    ['{"inputs":[],"outputs":5}', `Unable to parse 'outputs': expected an array, found "5" at 23`],
    [
      '{"inputs":[]}',
      "expected 1 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['x']. Please provide all required input(s).",
    ],
    [
      '{"inputs":[{"shape":[1],"datatype":"FP32","data":[1]}]}',
      "Unable to parse 'name': attempt to access non-existing object member 'name'",
    ],
    [
      input('"shape":[1,2],"data":[1,2]'),
      "Unable to parse 'datatype': attempt to access non-existing object member 'datatype'",
    ],
    [
      input('"datatype":"FP32","data":[1,2]'),
      "Unable to parse 'shape': attempt to access non-existing object member 'shape'",
    ],
    [
      input('"shape":[-1,2],"datatype":"FP32","data":[1,2]'),
      "Unable to parse 'shape': -1 is out of range for a dimension (0 to 9223372036854775807) at 32",
    ],
    [
      input('"shape":[1.5],"datatype":"FP32","data":[1,2]'),
      `Unable to parse 'shape': expected a whole number for a dimension, without point or exponent, found "1.5" at 32`,
    ],
    [input('"shape":[1,2],"datatype":"FP31","data":[1,2]'), 'invalid datatype for input x'],
    [
      input('"shape":[1,2],"datatype":"FP16","data":[1,2]'),
      'receiving FP16 data via JSON is not supported. Please use the binary data format for input x',
    ],
    [
      input('"shape":[1,2],"datatype":"BF16","data":[1,2]'),
      'receiving BF16 data via JSON is not supported. Please use the binary data format for input x',
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","data":[1,"2"]'),
      "Unable to parse 'data': expected a number, found a string at 65",
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","data":5'),
      `Unable to parse 'data': expected an array, found "5" at 62`,
    ],
    [
      input(`"shape":[1,2],"datatype":"FP32","data":${deep}`),
      "Unable to parse 'data': JSON nesting depth exceeds maximum allowed limit (100) at 162",
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","data":[1,2,3]'),
      "Unable to parse 'data': Shape does not match true shape of 'data' field",
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","data":[1]'),
      "Failed to parse 'data' field: shape does not match true shape",
    ],
    [input('"shape":[1,2],"datatype":"FP32"'), `${only} no field is set`],
    [input(`${GOOD},"parameters":{"binary_data_size":8}`), `${only} set 'data' 'binary_data_size'`],
    [
      input('"shape":[1,2],"datatype":"FP32","parameters":{"shared_memory_region":"r"}'),
      "unsupported: 'shared_memory_region' is not supported; send and ask for tensors in the body.",
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":"8"}'),
      "Unable to parse 'binary_data_size': expected a whole number from 0, found a string",
    ],
    [
      input('"shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}'),
      "unexpected size for input 'x', expecting 8 additional bytes for model 'm'",
    ],
    [
      input('"shape":[4000,2000],"datatype":"FP32","data":[1]'),
      "JSON input 'x' has a byte_size (32000000 bytes) that exceeds the maximum allowed value of 1000000 bytes. Raise the limit of the deployment on bodies to send more.",
    ],
    [
      input(GOOD, ',"parameters":{"triton_x":1}'),
      "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.",
    ],
    [
      input(GOOD, ',"parameters":{"binary_data_output":1}'),
      "Unable to parse 'binary_data_output': expected true or false, found 1",
    ],
    [
      input(GOOD, ',"parameters":{"mine":[1]}'),
      "parameter 'mine' has invalid type. It should be either 'int', 'bool', or 'string'.",
    ],
  ];
  for (const [body, message] of rows) assert.equal(decode(body), message, body.slice(0, 200));
  assert.equal(
    decode(input(GOOD), ONE, undefined, 10),
    'request JSON size of 70 bytes exceeds the maximum allowed input size of 10 bytes. Raise the limit of the deployment on bodies to send more.',
  );
});

test('bad binary requests are refused in the words of the stock server', () => {
  const json = input('"shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}');
  const at = String(json.length);
  const twoOpen = modelOf([['x', 'FP32', [3, null, null]]]);
  const rows: [string, ReturnType<typeof decode>, string][] = [
    [
      'too few',
      decode(`${json}1234567`, ONE, at),
      "unexpected size for input 'x', expecting 1 additional bytes for model 'm'",
    ],
    ['left over', decode(`${json}123456789`, ONE, at), "unexpected additional input data for model 'm'"],
    [
      'another size',
      decode(`${json.replace(':8', ':4')}1234`, ONE, at),
      "input byte size mismatch for input 'x' for model 'm'. Expected 8, got 4",
    ],
    ['no number', decode(json, ONE, 'x1'), 'Unable to parse Inference-Header-Content-Length, got: x1'],
    ['fraction', decode(json, ONE, '1.5'), 'Unable to parse Inference-Header-Content-Length, got: 1.5'],
    ['empty', decode(json, ONE, ''), 'Unable to parse Inference-Header-Content-Length, got: '],
    [
      'beyond 32 bits',
      decode(json, ONE, '2147483648'),
      'Unable to parse Inference-Header-Content-Length, value is out of range [ -2147483648, 2147483647 ], got: 2147483648',
    ],
    ['beyond the body', decode('{}', ONE, '3'), 'inference header size should be in range (0, 2), got: 3'],
    ['negative', decode('{}', ONE, '-1'), 'inference header size should be in range (0, 2), got: -1'],
    [
      'cut JSON',
      decode(json, ONE, '5'),
      'failed to parse the request JSON buffer: expected the end of the string, found the end of the body at 5',
    ],
    [
      'raw, two inputs',
      decode('', TWO, '0'),
      "Raw request must only have 1 input (found 1) to be deduced but got 2 inputs in 'm' model configuration",
    ],
    [
      'raw, two open sizes',
      decode('', twoOpen, '0'),
      "The shape of the raw input 'x' can not be deduced because there are more than one variable-sized dimension",
    ],
    [
      'raw, several strings',
      decode('', modelOf([['x', 'BYTES', [2]]]), '0'),
      "For BYTE datatype raw input 'x', the model must have input shape [1]",
    ],
    [
      'raw, two rows',
      decode(new Uint8Array(16), ONE, '0'),
      "input byte size mismatch for input 'x' for model 'm'. Expected 8, got 16",
    ],
  ];
  for (const [name, got, message] of rows) assert.equal(got, message, name);
});
