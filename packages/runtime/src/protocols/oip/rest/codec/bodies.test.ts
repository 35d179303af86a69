import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { modelOf } from '../../fixtures.ts';
import {
  encodeLive,
  encodeModelMetadata,
  encodeModelReady,
  encodeReady,
  encodeServerMetadata,
} from './metadata.ts';
import { encodeModelConfig } from './model-config.ts';
import {
  decodeIndexRequest,
  decodeLoadRequest,
  decodeUnloadRequest,
  encodeRepositoryIndex,
} from './repository.ts';
import { encodeStatistics } from './statistics.ts';

const { signature } = modelOf(
  [
    ['x', 'FP32', ['batch', 3]],
    ['t', 'BYTES', [null]],
  ],
  [['y', 'FP32', ['batch', 2]]],
);

test('server and models tell what they are', () => {
  assert.equal(
    encodeServerMetadata({ name: 'slipway', version: '1.0', extensions: ['binary_tensor_data'] }),
    '{"name":"slipway","version":"1.0","extensions":["binary_tensor_data"]}',
  );
  assert.equal(encodeLive(true), '{"live":true}');
  assert.equal(encodeReady(true), '{"ready":true,"live":true}');
  assert.equal(encodeReady(false), '{"ready":false,"live":true}');
  assert.equal(encodeModelReady('m', true), '{"name":"m","ready":true}');
  assert.equal(
    encodeModelMetadata({ name: 'm', versions: ['1', '2'], platform: 'onnxruntime_onnx', signature }),
    '{"name":"m","versions":["1","2"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]},{"name":"t","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]}]}',
  );
});

test('a configuration leaves the batch dimension out where there is one', () => {
  const config = {
    name: 'm',
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    signature: { ...signature, outputs: signature.outputs.map((spec) => ({ ...spec, labelsFile: 'c.txt' })) },
    versions: [2, 10],
    instances: 2,
    onGpu: false,
    providers: ['cpu'],
  };
  const batched = JSON.parse(encodeModelConfig({ ...config, maxBatchSize: 8 }));
  assert.equal(batched.max_batch_size, 8);
  assert.deepEqual(batched.input, [
    { name: 'x', data_type: 'TYPE_FP32', dims: [3] },
    { name: 't', data_type: 'TYPE_STRING', dims: [] },
  ]);
  assert.deepEqual(batched.dynamic_batching, {});
  const single = JSON.parse(encodeModelConfig({ ...config, maxBatchSize: 0 }));
  assert.deepEqual(single.output, [
    { name: 'y', data_type: 'TYPE_FP32', dims: [-1, 2], label_filename: 'c.txt' },
  ]);
  assert.deepEqual(single.version_policy, { specific: { versions: [2, 10] } });
  assert.deepEqual(Object.keys(single.input[0]), ['name', 'data_type', 'dims']);
  assert.equal(single.dynamic_batching, undefined);
  assert.deepEqual(single.instance_group, [{ name: 'm', kind: 'KIND_CPU', count: 2 }]);
  assert.deepEqual(single.parameters, { execution_providers: { string_value: 'cpu' } });
});

test('statistics have the names that clients read', () => {
  const each = { count: 2, ns: 1000.4 };
  const counted = { success: each, fail: each, queue: each, failures: new Map() };
  const computed = { computeInput: each, computeInfer: each, computeOutput: each };
  const counts = { lastInference: 1_700_000_000_000, inferenceCount: 4, executionCount: 2, inFlight: 1 };
  const batches = [{ batchSize: 2, ...computed }];
  const text = encodeStatistics([{ name: 'm', version: '1', ...counts, ...counted, ...computed, batches }]);
  const shown = { count: 2, ns: 1000 };
  const never = { count: 0, ns: 0 };
  const compute = { compute_input: shown, compute_infer: shown, compute_output: shown };
  assert.deepEqual(JSON.parse(text), {
    model_stats: [
      {
        name: 'm',
        version: '1',
        last_inference: 1_700_000_000_000,
        inference_count: 4,
        execution_count: 2,
        inference_stats: {
          ...{ success: shown, fail: shown, queue: shown },
          ...compute,
          ...{ cache_hit: never, cache_miss: never },
        },
        batch_stats: [{ batch_size: 2, ...compute }],
      },
    ],
  });
});

test('requests about the repository are read, and what is wrong with them told', () => {
  const told = (value: unknown) => (value instanceof SlipwayError ? value.message : value);
  const rows: [unknown, unknown][] = [
    [decodeIndexRequest(Buffer.from('')), { readyOnly: false }],
    [decodeIndexRequest(Buffer.from('{}')), { readyOnly: false }],
    [decodeIndexRequest(Buffer.from('{"x":[1],"ready":true}')), { readyOnly: true }],
    [decodeIndexRequest(Buffer.from('{"ready":1}')), "Invalid value for 'ready': expected a boolean"],
    [decodeIndexRequest(Buffer.from('{"ready":null}')), "Invalid value for 'ready': expected a boolean"],
    [
      decodeIndexRequest(Buffer.from('{')),
      'failed to parse the request JSON buffer: expected a string, found the end of the body at 1',
    ],
    [decodeLoadRequest(Buffer.from('')), new Map()],
    [decodeLoadRequest(Buffer.from('{"parameters":{"config":"{}"}}')), new Map([['config', '{}']])],
    [decodeUnloadRequest(Buffer.from('{}')), { unloadDependents: false }],
    [
      decodeUnloadRequest(Buffer.from('{"parameters":{"unload_dependents":true}}')),
      { unloadDependents: true },
    ],
    [
      decodeUnloadRequest(Buffer.from('{"parameters":{"unload_dependents":2}}')),
      "Unable to parse 'unload_dependents': expected true or false, found 2",
    ],
  ];
  for (const [got, expected] of rows) assert.deepEqual(told(got), expected);
  assert.equal(
    encodeRepositoryIndex([{ name: 'm', version: '1', state: 'READY', reason: '' }, { name: 'n' }]),
    '[{"name":"m","version":"1","state":"READY","reason":""},{"name":"n"}]',
  );
});
