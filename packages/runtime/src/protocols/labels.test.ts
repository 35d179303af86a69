import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { identityModel } from '@slipway/testkit';
import type { MessageInit } from '../protobuf/schema.ts';
import { startReplica } from '../replica-fixtures.ts';
import { callMethod, openClient } from './grpc/client-fixtures.ts';
import * as oip from './oip/grpc/codec/infer-messages.ts';
import * as oipServer from './oip/grpc/codec/server-messages.ts';
import * as serving from './tfserving/grpc/codec/serving-messages.ts';
import type { EXAMPLE } from './tfserving/grpc/codec/tensor-messages.ts';

const LABELS = ['cat', '', 'frog'];
const OIP = '/inference.GRPCInferenceService';
const SERVING = '/tensorflow.serving.PredictionService';

/** Scores of three classes, of which the second has no name; they are what is sent. */
function startClassifier(t: TestContext) {
  return startReplica(t, {
    model: identityModel('FP32', ['batch', 3]),
    signature: { kind: 'ModelSignature', outputs: { output: { labels: LABELS } } },
  });
}

async function askRest(port: number, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  assert.equal(response.status, 200);
  return await response.json();
}

test('classes are told with their labels over the Open Inference Protocol', async (t) => {
  const { port } = await startClassifier(t);
  const best = ['0.500000:2:frog', '0.300000:1'];
  const input = { name: 'input', datatype: 'FP32', shape: [1, 3] };
  const told = await askRest(port, '/v2/models/digits/infer', {
    inputs: [{ ...input, data: [0.2, 0.3, 0.5] }],
    outputs: [{ name: 'output', parameters: { classification: 2 } }],
  });
  assert.deepEqual(told, {
    model_name: 'digits',
    model_version: '3',
    outputs: [{ name: 'output', datatype: 'BYTES', shape: [1, 2], data: best }],
  });

  const answer = await callMethod(
    openClient(t, port),
    `${OIP}/ModelInfer`,
    [oip.MODEL_INFER_REQUEST, oip.MODEL_INFER_RESPONSE],
    {
      modelName: 'digits',
      inputs: [{ ...input, contents: { fp32Contents: [0.2, 0.3, 0.5] } }],
      outputs: [{ name: 'output', parameters: new Map([['classification', { int64Param: 2n }]]) }],
    },
  );
  const raw = best.map((text) => Buffer.concat([Buffer.of(text.length, 0, 0, 0), Buffer.from(text)]));
  assert.deepEqual(answer.outputs[0]?.datatype, 'BYTES');
  assert.deepEqual(Buffer.from(answer.rawOutputContents[0] ?? []), Buffer.concat(raw));
});

test('TensorFlow Serving classifies by an output whose classes have labels', async (t) => {
  const { port } = await startClassifier(t);
  const told = await askRest(port, '/v1/models/digits:classify', {
    examples: [{ input: [1, 2, 4] }],
  });
  assert.deepEqual(told, { results: [LABELS.map((label, index) => [label, 2 ** index])] });

  const example: MessageInit<typeof EXAMPLE> = {
    features: { feature: new Map([['input', { floatList: { value: [1, 2, 4] } }]]) },
  };
  const { result } = await callMethod(
    openClient(t, port),
    `${SERVING}/Classify`,
    [serving.CLASSIFICATION_REQUEST, serving.CLASSIFICATION_RESPONSE],
    { input: { exampleList: { examples: [example] } } },
  );
  const classes = LABELS.map((label, index) => ({ label, score: 2 ** index }));
  assert.deepEqual(result, { classifications: [{ classes }] });

  await callMethod(
    openClient(t, port),
    `${SERVING}/MultiInference`,
    [serving.MULTI_INFERENCE_REQUEST, serving.MULTI_INFERENCE_RESPONSE],
    {
      tasks: [{ modelSpec: { name: 'digits' }, methodName: 'tensorflow/serving/classify' }],
      input: { exampleList: { examples: [example] } },
    },
  );
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const asked of [
    'API="Classify",entrypoint="REST"',
    'API="Classify",entrypoint="GRPC"',
    'API="MultiInference",entrypoint="GRPC"',
  ]) {
    assert.match(metrics, new RegExp(`^:tensorflow:serving:request_latency_count\\{.*${asked}\\} 1$`, 'm'));
  }
  assert.doesNotMatch(metrics, /API="Predict"/);
});

test('metadata tell the labels', async (t) => {
  const { port } = await startClassifier(t);
  const tensor = { datatype: 'FP32', shape: [-1, 3] };
  assert.deepEqual(await askRest(port, '/v2/models/digits'), {
    name: 'digits',
    versions: ['3'],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'input', ...tensor }],
    outputs: [{ name: 'output', ...tensor, parameters: { labels: LABELS } }],
  });
  const { properties } = await callMethod(
    openClient(t, port),
    `${OIP}/ModelMetadata`,
    [oipServer.MODEL_METADATA_REQUEST, oipServer.MODEL_METADATA_RESPONSE],
    { name: 'digits' },
  );
  assert.deepEqual([...properties], [['labels.output', JSON.stringify(LABELS)]]);
  const swagger = JSON.stringify(await askRest(port, '/swagger.json?version=3'));
  assert.match(swagger, /"output":\{"type":"array","items":\{.{1,120}\},"x-labels":\["cat","","frog"\]\}/);
});
