import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, SlipwayError, type TensorData } from '@slipway/contract';
import { writeBytesTensor } from './bytes-tensor.ts';
import { checkInputs, type GivenInput } from './check-inputs.ts';
import { modelOf } from './fixtures.ts';
import { readShape } from './shape.ts';

function raw(name: string, datatype: Datatype, shape: number[], bytes: Uint8Array): GivenInput {
  return { name, datatype, shape, content: { form: 'raw', bytes } };
}

function elements(name: string, datatype: Datatype, shape: number[], data: TensorData): GivenInput {
  return { name, datatype, shape, content: { form: 'elements', data } };
}

function strings(...texts: string[]): Buffer {
  return writeBytesTensor(texts.map((text) => Buffer.from(text)));
}

const FLOATS = modelOf([['INPUT0', 'FP32', [2]]]);
const TWO = modelOf([
  ['INPUT0', 'FP32', [2]],
  ['INPUT1', 'BYTES', [2]],
]);
const BATCHED = modelOf(
  [
    ['a', 'FP32', ['n', 2]],
    ['b', 'INT8', [null, 1]],
  ],
  [['y', 'FP32', ['n']]],
);
const STRINGS = modelOf([['INPUT1', 'BYTES', [2]]]);

test('what does not fit the model is told in the words of the stock server', () => {
  const f = new Float32Array(2);
  const rows: [string, typeof FLOATS, GivenInput[], string][] = [
    [
      'too few inputs',
      modelOf([
        ['INPUT0', 'FP32', [2]],
        ['INPUT1', 'FP32', [2]],
        ['INPUT2', 'FP32', [2]],
      ]),
      [elements('INPUT0', 'FP32', [2], f)],
      "expected 3 inputs but got 1 inputs for model 'm'. Got input(s) ['INPUT0'], but missing required input(s) ['INPUT1','INPUT2']. Please provide all required input(s).",
    ],
    [
      'too many inputs',
      FLOATS,
      [elements('INPUT0', 'FP32', [2], f), elements('x', 'FP32', [2], f)],
      "expected 1 inputs but got 2 inputs for model 'm'. Got input(s) ['INPUT0','x'], but missing required input(s) []. Please provide all required input(s).",
    ],
    [
      'another input',
      FLOATS,
      [elements('x', 'FP32', [2], f)],
      "unexpected inference input 'x' for model 'm'. Its input(s) are ['INPUT0'].",
    ],
    [
      'twice',
      TWO,
      [elements('INPUT0', 'FP32', [2], f), elements('INPUT0', 'FP32', [2], f)],
      "input 'INPUT0' already exists in request",
    ],
    [
      'datatype',
      FLOATS,
      [elements('INPUT0', 'INT32', [2], new Int32Array(2))],
      "inference input 'INPUT0' data-type is 'INT32', but model 'm' expects 'FP32'",
    ],
    [
      'shape',
      FLOATS,
      [elements('INPUT0', 'FP32', [1, 2], f)],
      "unexpected shape for input 'INPUT0' for model 'm'. Expected [2], got [1,2].",
    ],
    [
      'open shape',
      BATCHED,
      [elements('a', 'FP32', [1, 3], new Float32Array(3)), elements('b', 'INT8', [1, 1], new Int8Array(1))],
      "unexpected shape for input 'a' for model 'm'. Expected [-1,2], got [1,3].",
    ],
    [
      'batch',
      BATCHED,
      [elements('a', 'FP32', [1, 2], f), elements('b', 'INT8', [2, 1], new Int8Array(2))],
      "input 'b' batch size does not match other inputs for 'm'",
    ],
    [
      'no batch',
      BATCHED,
      [elements('a', 'FP32', [], f), elements('b', 'INT8', [2, 1], new Int8Array(2))],
      "input 'a' has no shape but model requires batch dimension for 'm'",
    ],
    [
      'bytes',
      FLOATS,
      [raw('INPUT0', 'FP32', [2], new Uint8Array(10))],
      "input byte size mismatch for input 'INPUT0' for model 'm'. Expected 8, got 10",
    ],
    [
      'elements',
      FLOATS,
      [elements('INPUT0', 'FP32', [2], new Float32Array(1))],
      "input byte size mismatch for input 'INPUT0' for model 'm'. Expected 8, got 4",
    ],
    [
      'few strings',
      STRINGS,
      [raw('INPUT1', 'BYTES', [2], strings('a'))],
      "expected 2 string elements for inference input 'INPUT1' for model 'm', got 1",
    ],
    [
      'many strings',
      STRINGS,
      [raw('INPUT1', 'BYTES', [2], strings('a', 'b', 'c', 'd'))],
      "unexpected number of string elements 3 for inference input 'INPUT1' for model 'm', expecting 2",
    ],
    [
      'few string elements',
      STRINGS,
      [elements('INPUT1', 'BYTES', [2], [Buffer.from('a')])],
      "expected 2 string elements for inference input 'INPUT1' for model 'm', got 1",
    ],
    [
      'cut prefix',
      STRINGS,
      [raw('INPUT1', 'BYTES', [2], strings('a', '').subarray(0, 7))],
      "incomplete string length indicator for inference input 'INPUT1' for model 'm', expecting 4 bytes but only 2 bytes available",
    ],
    [
      'cut string',
      STRINGS,
      [raw('INPUT1', 'BYTES', [2], strings('abc').subarray(0, 6))],
      "incomplete string data for inference input 'INPUT1' for model 'm', expecting string of length 3 but only 2 bytes available",
    ],
    [
      'too many to take',
      modelOf([['INPUT1', 'BYTES', [null]]]),
      [raw('INPUT1', 'BYTES', [1_000_001], new Uint8Array(4))],
      "input 'INPUT1' for model 'm' has 1000001 string elements; at most 1000000 are taken",
    ],
  ];
  for (const [name, model, given, message] of rows) {
    const error = checkInputs(model, given);
    assert.ok(error instanceof SlipwayError, name);
    assert.deepEqual([error.code, error.message], ['invalid_argument', message], name);
  }
});

test('inputs come out in the order of the model; aligned raw elements are views, others copies', () => {
  const memory = new Uint8Array(64);
  memory.set([0, 0, 128, 63, 0, 0, 0, 64], 8);
  memory.set([0, 0, 128, 63, 0, 0, 0, 64], 21);
  for (const [offset, shared] of [
    [8, true],
    [21, false],
  ] as const) {
    const given = [
      raw('INPUT1', 'BYTES', [2], strings('', 'é')),
      raw('INPUT0', 'FP32', [2], memory.subarray(offset, offset + 8)),
    ];
    const tensors = checkInputs(TWO, given);
    assert.ok(!(tensors instanceof SlipwayError));
    const [first, second] = tensors;
    assert.deepEqual(first, { name: 'INPUT0', datatype: 'FP32', shape: [2], data: new Float32Array([1, 2]) });
    assert.equal(first?.data instanceof Float32Array && first.data.buffer === memory.buffer, shared);
    assert.deepEqual(second?.data, [Buffer.from(''), Buffer.from('é')]);
  }
});

test('a shape that no memory holds is refused before anything is made for it', () => {
  const rows: [Datatype, bigint[], string | number[]][] = [
    ['FP32', [2n, 3n], [2, 3]],
    ['FP32', [], []],
    ['FP64', [0n, 2n ** 62n], [0, 2 ** 62]],
    ['UINT8', [2n ** 62n], [2 ** 62]],
    ['BYTES', [2n ** 62n], [2 ** 62]],
    ['FP32', [1n, -1n], "invalid shape for input 'x': shape [1,-1] contains one or more invalid dimensions"],
    [
      'FP32',
      [2n ** 32n, 2n ** 31n],
      "invalid shape for input 'x': shape [4294967296,2147483648] causes total element count to exceed maximum size of 9223372036854775807",
    ],
    [
      'FP32',
      [2n ** 61n],
      "byte size overflow for input 'x': element count (2305843009213693952) * data type size (4) exceeds maximum allowed size (9223372036854775807)",
    ],
  ];
  for (const [datatype, dimensions, expected] of rows) {
    const shape = readShape('x', datatype, new BigInt64Array(dimensions));
    assert.deepEqual(shape instanceof SlipwayError ? shape.message : shape, expected);
  }
});
