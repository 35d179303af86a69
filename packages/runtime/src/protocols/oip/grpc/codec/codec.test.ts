import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { decodeMessage } from '../../../../protobuf/decode.ts';
import { encodeToBytes } from '../../../../protobuf/encode.ts';
import type { MessageInit } from '../../../../protobuf/schema.ts';
import type { EncodedMessage } from '../../../../protobuf/writer.ts';
import { messageBytes, VECTORS, vectorTensor } from '../../../grpc/vector-fixtures.ts';
import { checkInputs } from '../../check-inputs.ts';
import { MODEL_CONFIG_RESPONSE } from './config-messages.ts';
import { decodeModelInferRequest } from './decode-infer-request.ts';
import {
  encodeModelConfig,
  encodeModelMetadata,
  encodeRepositoryIndex,
  encodeStatistics,
} from './encode-answers.ts';
import { encodeModelInferResponse, encodeStreamAnswer, encodeStreamError } from './encode-infer-response.ts';
import {
  type INFER_INPUT_TENSOR,
  MODEL_INFER_REQUEST,
  MODEL_STREAM_INFER_RESPONSE,
} from './infer-messages.ts';
import { REPOSITORY_INDEX_RESPONSE } from './repository-messages.ts';
import { MODEL_METADATA_RESPONSE } from './server-messages.ts';

type Input = MessageInit<typeof INFER_INPUT_TENSOR>;

test('requests of the stock client are read to the last bit', () => {
  for (const { name, message, tensor } of VECTORS.inferRequests) {
    const request = decodeModelInferRequest(messageBytes(message));
    assert.ok(!(request instanceof SlipwayError), `${name}: ${request}`);
    assert.ok(!(request.inputs instanceof SlipwayError), `${name}: ${request.inputs}`);
    const { shape, datatype } = tensor;
    const signature = { inputs: [{ name: 'x', datatype, shape }], outputs: [] };
    const tensors = checkInputs({ name: 'digits', signature }, request.inputs);
    assert.deepEqual(tensors, [vectorTensor('x', tensor)], name);
    const { modelName, modelVersion, id, parameters, outputs } = request;
    assert.deepEqual({ modelName, modelVersion, id }, { modelName: 'digits', modelVersion: '2', id: '7' });
    assert.deepEqual(Object.fromEntries(parameters), {
      priority: 2n ** 64n - 1n,
      offset: -5n,
      deep: false,
      rate: 0.25,
      who: 'né',
      unset: undefined,
    });
    assert.deepEqual(outputs, [
      { name: 'scores', binary: true, classes: 3 },
      { name: 'other', binary: true, classes: 0 },
    ]);
  }
});

test('responses are those of the stock server to the last byte', () => {
  const { message, outputs } = VECTORS.inferResponse;
  const response = {
    modelName: 'digits',
    modelVersion: '2',
    id: '7',
    outputs: outputs.map((output) => vectorTensor(output.name, output)),
  };
  const encoded = encodeModelInferResponse(response);
  assert.equal(hex(encoded), Buffer.from(messageBytes(message)).toString('hex'));
  const streamed = decodeMessage(
    MODEL_STREAM_INFER_RESPONSE,
    Buffer.concat(encodeStreamAnswer(response).chunks),
  );
  assert.ok(!(streamed instanceof SlipwayError));
  assert.equal(streamed.errorMessage, '');
  assert.equal(streamed.inferResponse?.rawOutputContents.length, 3);
  const failed = decodeMessage(
    MODEL_STREAM_INFER_RESPONSE,
    Buffer.concat(encodeStreamError('no', '7').chunks),
  );
  assert.ok(!(failed instanceof SlipwayError));
  assert.deepEqual([failed.errorMessage, failed.inferResponse?.id], ['no', '7']);
});

test('integers below 32 bits keep their lowest bits', () => {
  const rows: [string, Input['contents'], readonly number[]][] = [
    ['INT8', { intContents: [127, 128, -129] }, [127, -128, 127]],
    ['UINT8', { uintContents: [255, 256, 513] }, [255, 0, 1]],
    ['INT16', { intContents: [32_768, -1] }, [-32_768, -1]],
    ['UINT16', { uintContents: [65_536, 65_535] }, [0, 65_535]],
  ];
  for (const [datatype, contents, expected] of rows) {
    const inputs = decode([{ name: 'x', datatype, shape: [expected.length], contents }]);
    assert.ok(!(inputs instanceof SlipwayError));
    const content = inputs[0]?.content;
    assert.deepEqual(content?.form === 'elements' && Array.from(content.data as Int8Array), expected);
  }
});

test('what is wrong is told in the stock words', () => {
  const contents = { fp32Contents: [1] };
  const input = { name: 'x', datatype: 'FP32', shape: [1] };
  const raw = [Buffer.alloc(4)];
  const rows: [readonly Input[], readonly Uint8Array[], string][] = [
    [[input], [], "unable to find data for input tensor 'x' for model 'm' in request."],
    [
      [{ ...input, contents }],
      raw,
      "contents field must not be specified when using raw_input_contents for 'x' for model 'm'",
    ],
    [[input], [...raw, ...raw], "unexpected additional input data for model 'm'"],
    [
      [{ ...input, datatype: 'INT32', contents }],
      [],
      "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'FP32', expected datatype 'INT32'",
    ],
    [
      [{ ...input, contents: { ...contents, fp64Contents: [1] } }],
      [],
      "unexpected explicit tensor data for input tensor 'x' for model 'm', binary data was already supplied.",
    ],
    [
      [{ ...input, datatype: 'FP16', contents }],
      [],
      "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'FP32', expected datatype 'FP16'",
    ],
    [[{ ...input, datatype: 'FP31', contents }], [], 'invalid datatype for input x'],
    [
      [{ ...input, shape: [-1], contents }],
      [],
      "invalid shape for input 'x': shape [-1] contains one or more invalid dimensions",
    ],
  ];
  for (const [inputs, rawInputContents, text] of rows) {
    const refused = decode(inputs, rawInputContents);
    assert.ok(refused instanceof SlipwayError, text);
    assert.deepEqual([refused.code, refused.message], ['invalid_argument', text]);
  }
  const region = new Map([['shared_memory_region', { stringParam: 'r' }]]);
  const shared = decode([{ ...input, parameters: region }]);
  assert.equal(shared instanceof SlipwayError && shared.code, 'unsupported');
});

test('statistics are those of the stock server to the last byte', () => {
  const duration = (index: number) => ({ count: index, ns: index * 1_000_000_007 });
  const each = { count: 1, ns: 5 };
  const encoded = encodeStatistics([
    {
      name: 'digits',
      version: '2',
      lastInference: 1_700_000_000_000,
      inferenceCount: 2 ** 40,
      inFlight: 0,
      failures: new Map(),
      executionCount: 7,
      success: duration(0),
      fail: duration(1),
      queue: duration(2),
      computeInput: duration(3),
      computeInfer: duration(4),
      computeOutput: duration(5),
      batches: [{ batchSize: 4, computeInput: each, computeInfer: each, computeOutput: each }],
    },
  ]);
  assert.equal(hex(encoded), Buffer.from(messageBytes(VECTORS.statisticsResponse)).toString('hex'));
});

test('metadata, configuration and index say what the models are', () => {
  const signature = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['batch', 784] }],
    outputs: [{ name: 'y', datatype: 'BYTES', shape: [null, 3], labelsFile: 'c.txt' }],
  } as const;
  const metadata = decodeMessage(
    MODEL_METADATA_RESPONSE,
    joined(encodeModelMetadata({ name: 'm', versions: ['2', '1'], platform: 'p', signature })),
  );
  assert.ok(!(metadata instanceof SlipwayError));
  assert.deepEqual(metadata.inputs, [{ name: 'x', datatype: 'FP32', shape: [-1, 784] }]);
  assert.deepEqual(metadata.versions, ['2', '1']);
  const answer = decodeMessage(
    MODEL_CONFIG_RESPONSE,
    joined(
      encodeModelConfig({
        ...{
          name: 'm',
          platform: 'p',
          backend: 'b',
          signature,
          versions: [1, 2],
          maxBatchSize: 8,
          instances: 2,
        },
        ...{ onGpu: true, providers: ['cuda', 'cpu'] },
      }),
    ),
  );
  assert.ok(!(answer instanceof SlipwayError));
  const config = answer.config;
  assert.deepEqual(config?.input, [{ name: 'x', dataType: 'TYPE_FP32', dims: [784] }]);
  assert.equal(config?.output[0]?.dataType, 'TYPE_STRING');
  assert.equal(config?.output[0]?.labelFilename, 'c.txt');
  assert.deepEqual(config?.versionPolicy?.specific?.versions, [1, 2]);
  assert.deepEqual(config?.instanceGroup, [{ name: 'm', count: 2, kind: 'KIND_GPU' }]);
  assert.deepEqual([...(config?.parameters ?? [])], [['execution_providers', { stringValue: 'cuda,cpu' }]]);
  assert.deepEqual(config?.dynamicBatching, { preferredBatchSize: [], maxQueueDelayMicroseconds: 0 });
  const index = decodeMessage(
    REPOSITORY_INDEX_RESPONSE,
    joined(encodeRepositoryIndex([{ name: 'm', version: '2', state: 'READY' }, { name: 'n' }])),
  );
  assert.ok(!(index instanceof SlipwayError));
  assert.deepEqual(index.models, [
    { name: 'm', version: '2', state: 'READY', reason: '' },
    { name: 'n', version: '', state: '', reason: '' },
  ]);
});

function decode(inputs: readonly Input[], rawInputContents: readonly Uint8Array[] = []) {
  const message = encodeToBytes(MODEL_INFER_REQUEST, { modelName: 'm', inputs, rawInputContents });
  const request = decodeModelInferRequest(message);
  return request instanceof SlipwayError ? request : request.inputs;
}

function joined(message: EncodedMessage): Buffer {
  return Buffer.concat(message.chunks);
}

function hex(message: EncodedMessage): string {
  return joined(message).toString('hex');
}
