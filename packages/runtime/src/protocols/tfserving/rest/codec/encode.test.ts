import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
import { encodeMetadata } from './encode-metadata.ts';
import { encodePredict } from './encode-predict.ts';
import { encodeStatus } from './encode-status.ts';
import type { PredictFormat } from './predict-call.ts';

const tensor = (name: string, datatype: Datatype, shape: readonly number[], data: TensorData): Tensor => {
  return { name, datatype, shape, data };
};
const texts = (...all: string[]) => all.map((text) => Buffer.from(text, 'latin1'));

test('answers have the format of their request', () => {
  const floats = tensor(
    'f',
    'FP32',
    [2, 3],
    Float32Array.of(9_000_000, 999_999, 0.5, 0.0003, 0.00003, 555_557.5),
  );
  const ints = tensor('i', 'INT64', [2], BigInt64Array.of(2n ** 63n - 1n, -1n));
  const rows: [PredictFormat, Tensor[], string][] = [
    ['row', [floats], '{"predictions":[[9e+06,999999.0,0.5],[0.0003,3e-05,555557.5]]}'],
    ['column', [floats], '{"outputs":[[9e+06,999999.0,0.5],[0.0003,3e-05,555557.5]]}'],
    ['row', [ints], '{"predictions":[9223372036854775807,-1]}'],
    [
      'row',
      [floats, ints],
      '{"predictions":[{"f":[9e+06,999999.0,0.5],"i":9223372036854775807},{"f":[0.0003,3e-05,555557.5],"i":-1}]}',
    ],
    [
      'column',
      [ints, tensor('d', 'FP64', [], Float64Array.of(1 / 3))],
      '{"outputs":{"i":[9223372036854775807,-1],"d":0.33333333333333331}}',
    ],
    [
      'row',
      [tensor('x', 'FP32', [4], Float32Array.of(NaN, Infinity, 3, -Infinity))],
      '{"predictions":[NaN,Infinity,3.0,-Infinity]}',
    ],
    ['row', [tensor('x', 'FP32', [0, 3], new Float32Array())], '{"predictions":[]}'],
    ['column', [tensor('x', 'FP32', [1, 2, 0], new Float32Array())], '{"outputs":[[[],[]]]}'],
    ['row', [tensor('x', 'BOOL', [2], Uint8Array.of(1, 0))], '{"predictions":[true,false]}'],
    ['row', [tensor('x', 'UINT8', [1], Uint8Array.of(255))], '{"predictions":[255]}'],
    [
      'row',
      [tensor('x', 'UINT64', [1], BigUint64Array.of(2n ** 64n - 1n))],
      '{"predictions":[18446744073709551615]}',
    ],
    ['row', [tensor('x', 'BYTES', [2], texts('a"b', ''))], '{"predictions":["a\\"b",""]}'],
    ['row', [tensor('x_bytes', 'BYTES', [1], texts('hello'))], '{"predictions":[{"b64":"aGVsbG8="}]}'],
    ['column', [tensor('x', 'BYTES', [], texts('\xff'))], '{"outputs":{"b64":"/w=="}}'],
  ];
  for (const [format, outputs, text] of rows) assert.equal(String(encodePredict(outputs, format)), text);
});

test('outputs that cannot be told are refused as the stock server refuses them', () => {
  const x = tensor('x', 'FP32', [2], Float32Array.of(1, 2));
  const rows: [Tensor[], string][] = [
    [[], 'Cannot convert empty tensor map to JSON'],
    [[tensor('s', 'FP32', [], Float32Array.of(1))], 'Tensor name: s has no shape information '],
    [
      [x, tensor('y', 'FP32', [1], Float32Array.of(1))],
      'Tensor name: y has inconsistent batch size: 1 expecting: 2',
    ],
    [[tensor('h', 'FP16', [1], Uint16Array.of(0))], 'Failed to write JSON value for tensor type: half'],
  ];
  for (const [outputs, text] of rows) {
    const error = encodePredict(outputs, 'row');
    assert.ok(error instanceof SlipwayError);
    assert.deepEqual([error.code, error.message], ['invalid_argument', text]);
  }
});

test('a name as an object has it stays a name', () => {
  const outputs = ['__proto__', 'a"b'].map((name) => tensor(name, 'INT32', [1], Int32Array.of(1)));
  assert.equal(String(encodePredict(outputs, 'row')), '{"predictions":[{"__proto__":1,"a\\"b":1}]}');
});

test('status and metadata are as the stock server writes them', () => {
  assert.equal(
    encodeStatus([{ version: 123, state: 'AVAILABLE' }]).toString(),
    '{"model_version_status":[{"version":"123","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}',
  );
  const failed = { version: 2, state: 'END', error: { code: 'UNKNOWN', message: 'It did.' } } as const;
  assert.match(
    encodeStatus([failed]).toString(),
    /"state":"END","status":{"error_code":"UNKNOWN","error_message":"It did."}/,
  );
  const signature = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['batch', 1] }],
    outputs: [{ name: 'y', datatype: 'BYTES', shape: [] }],
  } as const;
  assert.deepEqual(JSON.parse(encodeMetadata({ name: 'm', version: 123, signature }).toString()), {
    model_spec: { name: 'm', signature_name: '', version: '123' },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: {
              x: {
                dtype: 'DT_FLOAT',
                tensor_shape: {
                  dim: [
                    { size: '-1', name: '' },
                    { size: '1', name: '' },
                  ],
                  unknown_rank: false,
                },
                name: 'x',
              },
            },
            outputs: {
              y: { dtype: 'DT_STRING', tensor_shape: { dim: [], unknown_rank: false }, name: 'y' },
            },
            method_name: 'tensorflow/serving/predict',
            defaults: {},
          },
        },
      },
    },
  });
});
