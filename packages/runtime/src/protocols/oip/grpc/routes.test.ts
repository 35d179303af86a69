import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '@grpc/grpc-js';
import { SlipwayError } from '@slipway/contract';
import { addModel, loopModel } from '@slipway/testkit';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeToBytes } from '../../../protobuf/encode.ts';
import type { MessageInit, MessageOf } from '../../../protobuf/schema.ts';
import { keyAuth, startReplica } from '../../../replica-fixtures.ts';
import { callMethod, callStream, callUnary, openClient } from '../../grpc/client-fixtures.ts';
import * as config from './codec/config-messages.ts';
import * as messages from './codec/infer-messages.ts';
import * as repository from './codec/repository-messages.ts';
import * as server from './codec/server-messages.ts';
import * as statistics from './codec/statistics-messages.ts';

const SERVICE = '/inference.GRPCInferenceService';
const INFER = [messages.MODEL_INFER_REQUEST, messages.MODEL_INFER_RESPONSE] as const;

type InferInit = MessageInit<typeof messages.MODEL_INFER_REQUEST>;

const A = { name: 'a', datatype: 'FP32', shape: [1, 2], contents: { fp32Contents: [1, 2] } };
const B = { name: 'b', datatype: 'FP32', shape: [1, 2], contents: { fp32Contents: [10, 20] } };
const SUM = { modelName: 'digits', inputs: [A, B] } as const satisfies InferInit;

async function startAdder(t: TestContext): Promise<Client> {
  const { port } = await startReplica(t, { model: addModel() });
  return openClient(t, port);
}

function floatsOf(raw: Uint8Array | undefined): number[] {
  return [...new Float32Array(Uint8Array.from(raw ?? []).buffer)];
}

test('typed and raw inputs are answered raw, with the id of the request', async (t) => {
  const client = await startAdder(t);
  const raw = [A, B].map(({ contents }) => Buffer.from(Float32Array.from(contents.fp32Contents).buffer));
  const bare = [A, B].map(({ name, datatype, shape }) => ({ name, datatype, shape }));
  for (const request of [
    SUM,
    { ...SUM, modelName: '' },
    { ...SUM, modelVersion: '3', outputs: [{ name: 'sum' }] },
    { modelName: 'digits', inputs: bare, rawInputContents: raw },
  ]) {
    const answer = await callMethod(client, `${SERVICE}/ModelInfer`, INFER, { ...request, id: 'one' });
    assert.deepEqual([answer.modelName, answer.modelVersion, answer.id], ['digits', '3', 'one']);
    assert.deepEqual(
      answer.outputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
      [['sum', 'FP32', [1, 2]]],
    );
    assert.deepEqual(floatsOf(answer.rawOutputContents[0]), [11, 22]);
  }
});

test('classes instead of an output', async (t) => {
  const client = await startAdder(t);
  const outputs = [{ name: 'sum', parameters: new Map([['classification', { int64Param: 1n }]]) }];
  const answer = await callMethod(client, `${SERVICE}/ModelInfer`, INFER, { ...SUM, outputs });
  assert.deepEqual(answer.outputs[0]?.datatype, 'BYTES');
  assert.equal(Buffer.from(answer.rawOutputContents[0] ?? []).toString('latin1', 4), '22.000000:1');
});

test('mistakes are told in the words of the stock server', async (t) => {
  const client = await startAdder(t);
  const rows: [InferInit, string, string][] = [
    [{ ...SUM, modelName: 'x' }, 'NOT_FOUND', "Request for unknown model: 'x' is not found"],
    [
      { modelName: 'x', inputs: [{ ...A, datatype: 'FP31' }] },
      'NOT_FOUND',
      "Request for unknown model: 'x' is not found",
    ],
    [
      { ...SUM, modelVersion: '9' },
      'NOT_FOUND',
      "Request for unknown model: 'digits' version 9 is not found",
    ],
    [
      { ...SUM, inputs: [A] },
      'INVALID_ARGUMENT',
      "expected 2 inputs but got 1 inputs for model 'digits'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).",
    ],
    [
      { ...SUM, parameters: new Map([['sequence_id', { int64Param: 1n }]]) },
      'INVALID_ARGUMENT',
      "parameter 'sequence_id' asks for a sequence, but no model here keeps state between requests; send the request without sequence_id, sequence_start and sequence_end.",
    ],
  ];
  for (const [request, status, text] of rows) {
    const message = encodeToBytes(messages.MODEL_INFER_REQUEST, request);
    const outcome = await callUnary(client, `${SERVICE}/ModelInfer`, message);
    assert.deepEqual([outcome.status, outcome.text], [status, text]);
  }
});

test('a stream answers every request in its order, and goes on after a bad one', async (t) => {
  const client = await startAdder(t);
  const requests = Array.from({ length: 50 }, (_, index) => ({
    ...SUM,
    id: String(index),
    modelName: index === 7 ? 'x' : 'digits',
    parameters: new Map([['triton_enable_empty_final_response', { boolParam: index % 2 === 0 }]]),
  }));
  const sent = requests.map((request) => encodeToBytes(messages.MODEL_INFER_REQUEST, request));
  const { answers, status } = await callStream(client, `${SERVICE}/ModelStreamInfer`, sent);
  assert.equal(status, 'OK');
  const read = answers.map(streamResponse);
  assert.deepEqual(
    read.map(({ inferResponse }) => inferResponse?.id),
    requests.map(({ id }) => id),
  );
  assert.deepEqual(
    read.flatMap(({ errorMessage }, index) => (errorMessage === '' ? [] : [[index, errorMessage]])),
    [[7, "Request for unknown model: 'x' is not found"]],
  );
  for (const { errorMessage, inferResponse } of read) {
    const isFinal = inferResponse?.parameters.get('triton_final_response')?.boolParam;
    assert.equal(isFinal, errorMessage === '' ? true : undefined);
  }
});

function streamResponse(answer: Buffer): MessageOf<typeof messages.MODEL_STREAM_INFER_RESPONSE> {
  const read = decodeMessage(messages.MODEL_STREAM_INFER_RESPONSE, answer);
  assert.ok(!(read instanceof SlipwayError));
  return read;
}

test('server and model tell what they are', async (t) => {
  const client = await startAdder(t);
  const call = callMethod.bind(undefined);
  const digits = { name: 'digits' };
  assert.deepEqual(
    await call(
      client,
      `${SERVICE}/ServerLive`,
      [server.SERVER_LIVE_REQUEST, server.SERVER_LIVE_RESPONSE],
      {},
    ),
    { live: true },
  );
  const ready = [server.MODEL_READY_REQUEST, server.MODEL_READY_RESPONSE] as const;
  assert.deepEqual(await call(client, `${SERVICE}/ModelReady`, ready, digits), { ready: true });
  assert.deepEqual(await call(client, `${SERVICE}/ModelReady`, ready, { name: 'x' }), { ready: false });
  const metadata = await call(
    client,
    `${SERVICE}/ModelMetadata`,
    [server.MODEL_METADATA_REQUEST, server.MODEL_METADATA_RESPONSE],
    digits,
  );
  assert.deepEqual(
    [metadata.versions, metadata.platform, metadata.inputs],
    [
      ['3'],
      'onnxruntime_onnx',
      [
        { name: 'a', datatype: 'FP32', shape: [-1, 2] },
        { name: 'b', datatype: 'FP32', shape: [-1, 2] },
      ],
    ],
  );
  const told = await call(
    client,
    `${SERVICE}/ModelConfig`,
    [config.MODEL_CONFIG_REQUEST, config.MODEL_CONFIG_RESPONSE],
    digits,
  );
  assert.equal(told.config?.backend, 'onnxruntime');
  const index = await call(
    client,
    `${SERVICE}/RepositoryIndex`,
    [repository.REPOSITORY_INDEX_REQUEST, repository.REPOSITORY_INDEX_RESPONSE],
    {},
  );
  assert.deepEqual(index.models, [{ name: 'digits', version: '3', state: 'READY', reason: '' }]);
  const load = encodeToBytes(repository.REPOSITORY_MODEL_LOAD_REQUEST, { modelName: 'digits' });
  const refused = await callUnary(client, `${SERVICE}/RepositoryModelLoad`, load);
  assert.equal(refused.status, 'PERMISSION_DENIED');
  assert.match(refused.text, /explicit model load \/ unload is not allowed/);
});

test('models are loaded where callers may, as they are deployed and not otherwise', async (t) => {
  const { port } = await startReplica(t, { model: addModel(), spec: { allowModelControl: true } });
  const client = openClient(t, port);
  const load = (parameters: ReadonlyMap<string, { boolParam?: boolean; stringParam?: string }>) => {
    const request = { modelName: 'digits', parameters };
    const message = encodeToBytes(repository.REPOSITORY_MODEL_LOAD_REQUEST, request);
    return callUnary(client, `${SERVICE}/RepositoryModelLoad`, message);
  };
  assert.equal((await load(new Map())).status, 'OK');
  for (const name of ['config', 'file:1/model.onnx']) {
    const { status, text } = await load(new Map([[name, { stringParam: '{}' }]]));
    assert.equal(status, 'UNIMPLEMENTED');
    assert.match(text, new RegExp(`parameter '${name}' is not supported`));
  }
});

test('statistics and metrics count calls like requests', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const client = openClient(t, replica.port);
  await callMethod(client, `${SERVICE}/ModelInfer`, INFER, SUM);
  const { modelStats } = await callMethod(
    client,
    `${SERVICE}/ModelStatistics`,
    [statistics.MODEL_STATISTICS_REQUEST, statistics.MODEL_STATISTICS_RESPONSE],
    { name: 'digits' },
  );
  assert.deepEqual(
    modelStats.map((model) => [model.name, model.inferenceCount, model.inferenceStats?.success?.count]),
    [['digits', 1, 1]],
  );
  const metrics = await (await fetch(`${replica.url}/metrics`)).text();
  assert.match(metrics, /^slipway_request_duration_seconds_count\{model="digits",version="3"\} 1$/m);
});

test('a call that waits when its deadline is over is not run', async (t) => {
  const { port } = await startReplica(t, {
    model: loopModel(),
    limits: { maxConcurrentRequests: 1, maxQueueWaitMs: 30_000, scoringTimeoutMs: 30_000 },
    spec: { lane: 'worker' },
  });
  const client = openClient(t, port);
  const message = await loopRequest(client, 300_000n);
  const running = callUnary(client, `${SERVICE}/ModelInfer`, message, { timeoutMs: 30_000 });
  const late = await callUnary(client, `${SERVICE}/ModelInfer`, message, { timeoutMs: 20 });
  assert.equal(late.status, 'DEADLINE_EXCEEDED');
  assert.equal((await running).status, 'OK');
  const { modelStats } = await callMethod(
    client,
    `${SERVICE}/ModelStatistics`,
    [statistics.MODEL_STATISTICS_REQUEST, statistics.MODEL_STATISTICS_RESPONSE],
    {},
  );
  assert.equal(modelStats[0]?.executionCount, 1);
});

test('an overload is answered at once, and tells when to come again', async (t) => {
  const { port } = await startReplica(t, {
    model: loopModel(),
    limits: { maxConcurrentRequests: 1, maxQueueLength: 0, scoringTimeoutMs: 30_000 },
    spec: { lane: 'worker' },
  });
  const client = openClient(t, port);
  const message = await loopRequest(client, 300_000n);
  const calls = [1, 2].map(() => callUnary(client, `${SERVICE}/ModelInfer`, message, { timeoutMs: 30_000 }));
  const { status, text, trailers } = await Promise.race(calls);
  assert.equal(status, 'UNAVAILABLE');
  assert.match(text, /^Exceeds maximum queue size: /);
  assert.equal(trailers['retry-after'], '1');
  assert.equal(trailers['grpc-retry-pushback-ms'], '1000');
  const outcomes = await Promise.all(calls);
  assert.deepEqual(outcomes.map((one) => one.status).sort(), ['OK', 'UNAVAILABLE']);
});

/** A request for as many rounds as it says, under the names that the model itself tells. */
async function loopRequest(client: Client, rounds: bigint): Promise<Buffer> {
  const { inputs } = await callMethod(
    client,
    `${SERVICE}/ModelMetadata`,
    [server.MODEL_METADATA_REQUEST, server.MODEL_METADATA_RESPONSE],
    {},
  );
  const [{ name = '', datatype = '', shape = [] } = {}] = inputs;
  const contents = { int64Contents: [rounds] };
  return encodeToBytes(messages.MODEL_INFER_REQUEST, {
    modelName: 'digits',
    inputs: [{ name, datatype, shape: shape.map((size) => Math.max(1, size)), contents }],
  });
}

test('health needs no key, all else does', async (t) => {
  const { port } = await startReplica(t, { model: addModel(), auth: keyAuth(1, 'one') });
  const client = openClient(t, port);
  for (const [path, status] of [
    [`${SERVICE}/ServerLive`, 'OK'],
    [`${SERVICE}/ServerReady`, 'OK'],
    [`${SERVICE}/ServerMetadata`, 'UNAUTHENTICATED'],
    [`${SERVICE}/ModelReady`, 'UNAUTHENTICATED'],
    ['/grpc.health.v1.Health/Check', 'OK'],
  ] as const) {
    assert.equal((await callUnary(client, path, Buffer.of())).status, status, path);
  }
});
