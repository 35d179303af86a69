import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError, type Tensor } from '@slipway/contract';
import { encodeToBytes } from '../../../../protobuf/encode.ts';
import type { MessageInit } from '../../../../protobuf/schema.ts';
import type { EncodedMessage } from '../../../../protobuf/writer.ts';
import { messageBytes, VECTORS, vectorTensor } from '../../../grpc/vector-fixtures.ts';
import type { Example } from '../../example-tensors.ts';
import {
  decodeExamplesRequest,
  decodeMultiInferenceRequest,
  encodeMultiInferenceResponse,
} from './inference.ts';
import {
  decodeMetadataRequest,
  decodeStatusRequest,
  encodeModelMetadata,
  encodeModelStatus,
} from './model-answers.ts';
import { decodePredictRequest, encodePredictResponse } from './predict.ts';
import { CLASSIFICATION_REQUEST, GET_MODEL_METADATA_REQUEST, PREDICT_REQUEST } from './serving-messages.ts';
import type { TENSOR_PROTO } from './tensor-messages.ts';

const NO_LIMIT = 1e9;
const SPEC = { name: 'resnet', version: 3, signatureName: 'serving_default' };

test('predict requests of the stock client are read to the last bit', () => {
  for (const { name, message, tensor } of VECTORS.predictRequests) {
    const request = decodePredictRequest(messageBytes(message), NO_LIMIT);
    assert.ok(!(request instanceof SlipwayError), `${name}: ${request}`);
    assert.deepEqual(request.inputs, [vectorTensor('x', tensor)], name);
    if (request.spec === undefined) continue;
    assert.deepEqual(request.spec, { ...SPEC, version: { by: 'number', version: 3n } }, name);
    assert.deepEqual(request.outputFilter, ['scores'], name);
  }
});

test('predict responses are those of the stock server to the last byte', () => {
  for (const { name, message, tensor } of VECTORS.predictResponses) {
    const response = encodePredictResponse(SPEC, [vectorTensor('y', tensor)]);
    assert.equal(hex(response), Buffer.from(messageBytes(message)).toString('hex'), name);
  }
});

test('a large output is sent from where it lies', () => {
  const data = Float32Array.from({ length: 100_000 }, (_, index) => index);
  const tensor: Tensor = { name: 'y', datatype: 'FP32', shape: [100_000], data };
  const response = encodePredictResponse(SPEC, [tensor]);
  assert.ok(response.chunks.some((chunk) => chunk.buffer === data.buffer));
  assert.equal(Buffer.concat(response.chunks).length, response.byteLength);
});

test('tensors that cannot be are refused with their names', () => {
  const rows: [MessageInit<typeof TENSOR_PROTO>, number, RegExp][] = [
    [{ dtype: 'DT_FLOAT', floatVal: [1, 2] }, NO_LIMIT, /2 values, the shape asks for 1/],
    [{ dtype: 'DT_FLOAT', tensorContent: Buffer.alloc(5) }, NO_LIMIT, /has 5 bytes, the shape asks for 4/],
    [{ dtype: 'DT_COMPLEX64' }, NO_LIMIT, /data type DT_COMPLEX64 is not supported/],
    [{}, NO_LIMIT, /data type DT_INVALID is not supported/],
    [{ dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } }, NO_LIMIT, /the shape has no rank/],
    [shaped([-1]), NO_LIMIT, /the shape \[-1\] has a size below zero/],
    [shaped([2 ** 40, 2 ** 40]), NO_LIMIT, /\[1099511627776,1099511627776\] has too many elements/],
    [shaped([1000]), 3_999, /its 1000 elements take 4000 bytes more than were sent, 3999 are left/],
    [{ ...shaped([600]), dtype: 'DT_STRING' }, 4_000, /its 600 elements take 4800 bytes more/],
  ];
  for (const [tensor, limit, problem] of rows) {
    const refused = inputsOf(predictWith({ images: tensor }), limit);
    assert.ok(refused instanceof SlipwayError, String(problem));
    assert.equal(refused.code, 'invalid_argument');
    assert.match(refused.message, /^tensor parsing error: images: /);
    assert.match(refused.message, problem);
  }
});

test('the limit on what is spread counts for all tensors together', () => {
  const request = predictWith({ one: shaped([500]), other: shaped([500]) });
  assert.ok(!(inputsOf(request, 4_000) instanceof SlipwayError));
  assert.ok(inputsOf(request, 3_999) instanceof SlipwayError);
});

function inputsOf(message: Uint8Array, limit: number): readonly Tensor[] | SlipwayError {
  const request = decodePredictRequest(message, limit);
  return request instanceof SlipwayError ? request : request.inputs;
}

test('questions about examples are read with their context, and answered as the stock server does', () => {
  const request = decodeMultiInferenceRequest(messageBytes(VECTORS.multiInferenceRequest));
  assert.ok(!(request instanceof SlipwayError));
  assert.ok(!(request.examples instanceof SlipwayError));
  const spec = { name: 'iris', version: { by: 'label', label: 'stable' }, signatureName: '' };
  assert.deepEqual(request.tasks, [
    { spec, methodName: 'tensorflow/serving/classify' },
    { spec, methodName: 'tensorflow/serving/regress' },
  ]);
  const place = { kind: 'bytes', values: [new Uint8Array(Buffer.from('Bern'))] };
  const count = { kind: 'int64', values: BigInt64Array.of(-1n, 2n ** 40n) };
  for (const [index, example] of request.examples.entries()) {
    const size = { kind: 'float', values: Float32Array.of(index, 0.5) };
    assert.deepEqual(new Map([...example].sort()), new Map(Object.entries({ count, place, size })));
  }
  const effective = { name: 'iris', version: 0, signatureName: '' };
  const response = encodeMultiInferenceResponse([
    {
      spec: effective,
      answer: {
        method: 'classify',
        results: [
          [
            { label: Buffer.from('setosa'), score: 0.75 },
            { label: Buffer.alloc(0), score: -0 },
          ],
        ],
      },
    },
    { spec: effective, answer: { method: 'regress', results: [12, 0] } },
  ]);
  assert.equal(hex(response), Buffer.from(messageBytes(VECTORS.multiInferenceResponse)).toString('hex'));
});

test('a question about no examples is refused in the stock words', () => {
  for (const request of [{}, { input: { exampleList: {} } }]) {
    const refused = examplesOf(encodeToBytes(CLASSIFICATION_REQUEST, request));
    assert.ok(refused instanceof SlipwayError);
    assert.equal(refused.message, 'Input is empty.');
  }
});

test('a context is not multiplied without limit', () => {
  const feature = new Map(Array.from({ length: 2_000 }, (_, index) => [String(index), {}]));
  const floats = new Map([...feature.keys()].map((name) => [name, { floatList: {} }]));
  const context = { features: { feature: floats } };
  const examples = Array.from({ length: 2_000 }, () => ({}));
  const request = { input: { exampleListWithContext: { examples, context } } };
  const refused = examplesOf(encodeToBytes(CLASSIFICATION_REQUEST, request));
  assert.ok(refused instanceof SlipwayError);
  assert.match(refused.message, /makes more than 1048576 features/);
});

function examplesOf(message: Uint8Array): readonly Example[] | SlipwayError {
  const request = decodeExamplesRequest(message);
  return request instanceof SlipwayError ? request : request.examples;
}

test('metadata and status are those of the stock server to the last byte', () => {
  const metadata = encodeModelMetadata({
    name: 'digits',
    version: 2,
    signature: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['batch', 784] }],
      outputs: [{ name: 'y', datatype: 'INT64', shape: [null] }],
    },
  });
  assert.equal(hex(metadata), Buffer.from(messageBytes(VECTORS.metadataResponse)).toString('hex'));
  const status = encodeModelStatus([
    { version: 2, state: 'AVAILABLE' },
    { version: 1, state: 'END', error: { code: 'INTERNAL', message: 'gone' } },
  ]);
  assert.equal(hex(status), Buffer.from(messageBytes(VECTORS.statusResponse)).toString('hex'));
});

test('metadata are asked for by the one name that they have', () => {
  const rows: [readonly string[], string | undefined][] = [
    [[], 'GetModelMetadataRequest must specify at least one metadata_field'],
    [['signature_def', 'x'], 'Metadata field x is not supported'],
    [['signature_def'], undefined],
  ];
  for (const [metadataField, text] of rows) {
    const request = decodeMetadataRequest(encodeToBytes(GET_MODEL_METADATA_REQUEST, { metadataField }));
    assert.equal(request instanceof SlipwayError ? request.message : undefined, text);
  }
  assert.deepEqual(decodeStatusRequest(new Uint8Array(0)), { spec: undefined });
});

function shaped(sizes: readonly number[]): MessageInit<typeof TENSOR_PROTO> {
  return { dtype: 'DT_FLOAT', tensorShape: { dim: sizes.map((size) => ({ size })) } };
}

function predictWith(inputs: Readonly<Record<string, MessageInit<typeof TENSOR_PROTO>>>): Uint8Array {
  return encodeToBytes(PREDICT_REQUEST, { inputs: new Map(Object.entries(inputs)) });
}

function hex(message: EncodedMessage): string {
  return Buffer.concat(message.chunks).toString('hex');
}
