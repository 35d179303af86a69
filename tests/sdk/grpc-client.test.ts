// The client over gRPC against grpc-js's own server, and against bytes that the stock clients and servers wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { createGrpcPredictionClient, type GrpcClientOptions } from '@slipway/sdk/grpc';
import { freePort, onTestEnd, TEST_CERTIFICATES, type TestScope } from '@slipway/testkit';
import {
  type BytesHandler,
  bytesOf,
  STOCK_MESSAGES,
  startGrpcServer,
  stockTensor,
} from './stock-grpc-server.ts';

const PREDICT = '/tensorflow.serving.PredictionService/Predict';
const METADATA = '/tensorflow.serving.PredictionService/GetModelMetadata';
const INFER = '/inference.GRPCInferenceService/ModelInfer';

const X = { name: 'x', datatype: 'FP32', shape: [1], data: Float32Array.of(1) } as const;

function open(scope: TestScope, options: GrpcClientOptions) {
  const client = createGrpcPredictionClient(options);
  onTestEnd(scope, () => client.close());
  return client;
}

function refusal(
  code: status,
  details: string,
  trailers: Record<string, string> = {},
): Partial<ServiceError> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
}

test('requests to TensorFlow Serving are what its own client writes, byte for byte', async (t) => {
  const seen: Buffer[] = [];
  const url = await startGrpcServer(t, {
    [PREDICT]: (call, answer) => {
      seen.push(call.request);
      answer(null, Buffer.from(STOCK_MESSAGES.predictResponses[0]?.message ?? '', 'base64'));
    },
  });
  const client = open(t, { url: `http://${url}`, protocol: 'tfserving', model: 'resnet' });
  for (const { name, message, tensor } of STOCK_MESSAGES.predictRequests) {
    const isOurs = name === 'strings' || (name.endsWith('as content') && tensor.datatype !== 'BYTES');
    if (!isOurs) continue;
    const options = { version: 3, signature: 'serving_default', outputs: ['scores'] };
    await client.scoreTensors([stockTensor('x', tensor)], options).catch(() => {});
    assert.deepEqual(seen.pop()?.toString('base64'), message, name);
  }
});

test('answers of TensorFlow Serving become typed arrays', async (t) => {
  const answers = [...STOCK_MESSAGES.predictResponses];
  let next = Buffer.alloc(0);
  const url = await startGrpcServer(t, { [PREDICT]: (_call, answer) => answer(null, next) });
  const client = open(t, { url: `http://${url}`, protocol: 'tfserving' });
  for (const { name, message, tensor } of answers) {
    next = Buffer.from(message, 'base64');
    const { outputs, modelVersion } = await client.scoreTensors([X]);
    const [output] = Object.values(outputs);
    assert.deepEqual(output, stockTensor(output?.name ?? '', tensor), name);
    assert.equal(modelVersion, '3');
  }
});

test('answers of the Open Inference Protocol become typed arrays', async (t) => {
  const { message, outputs } = STOCK_MESSAGES.inferResponse;
  const url = await startGrpcServer(t, {
    [INFER]: (_call, answer) => answer(null, Buffer.from(bytesOf(message))),
  });
  const client = open(t, { url: `http://${url}` });
  const prediction = await client.scoreTensors([X]);
  assert.deepEqual(
    Object.values(prediction.outputs),
    outputs.map((output) => stockTensor(output.name, output)),
  );
});

test('the metadata of TensorFlow Serving says what a model takes', async (t) => {
  const url = await startGrpcServer(t, {
    [METADATA]: (_call, answer) => answer(null, Buffer.from(STOCK_MESSAGES.metadataResponse, 'base64')),
  });
  const client = open(t, { url: `http://${url}`, protocol: 'tfserving', model: 'digits' });
  const { inputs, outputs } = await client.describe();
  assert.ok(inputs.length > 0 && outputs.length > 0);
  for (const { datatype } of inputs) assert.ok(datatype.length > 0);
});

test('a call carries its token and the route of its service, and a refused token is renewed once', async (t) => {
  const seen: unknown[] = [];
  const url = await startGrpcServer(t, {
    [INFER]: (call, answer) => {
      const [authorization] = call.metadata.get('authorization');
      seen.push([authorization, ...call.metadata.get('x-ms-aml-grpc-service-route')]);
      if (authorization === 'Bearer second') answer(null, Buffer.alloc(0));
      else answer(refusal(status.UNAUTHENTICATED, 'token expired'));
    },
  });
  const tokens = ['first', 'second', 'third'];
  const client = open(t, {
    url: `http://${url}/api/v1/service/digits/score`,
    credential: () => tokens.shift(),
  });
  await client.scoreTensors([X]);
  await client.scoreTensors([X]);
  const route = '/api/v1/service/digits';
  assert.deepEqual(seen, [
    ['Bearer first', route],
    ['Bearer second', route],
    ['Bearer second', route],
  ]);
});

const NOT_RUN = { 'x-slipway-not-run': 'true' };
const REPEATED: readonly [string, Partial<ServiceError>, number][] = [
  ['not run', refusal(status.UNAVAILABLE, 'draining', NOT_RUN), 3],
  [
    'told when to come back, but not that it did not run',
    refusal(status.UNAVAILABLE, 'busy', { 'grpc-retry-pushback-ms': '1' }),
    1,
  ],
  [
    'pushed back without being run',
    refusal(status.UNAVAILABLE, 'busy', { ...NOT_RUN, 'grpc-retry-pushback-ms': '1' }),
    3,
  ],
  [
    'told never to come back',
    refusal(status.UNAVAILABLE, 'busy', { ...NOT_RUN, 'grpc-retry-pushback-ms': '-1' }),
    1,
  ],
  ['unavailable, and perhaps run', refusal(status.UNAVAILABLE, 'connection reset'), 1],
  ['the mistake of a caller', refusal(status.INVALID_ARGUMENT, 'wrong shape'), 1],
  ['failed', refusal(status.INTERNAL, 'the model failed'), 1],
];
for (const [what, error, attempts] of REPEATED) {
  test(`a call that is ${what} is tried ${attempts} times`, async (t) => {
    let calls = 0;
    const fail: BytesHandler = (_call, answer) => {
      calls += 1;
      answer(error);
    };
    const url = await startGrpcServer(t, { [INFER]: fail });
    const client = open(t, { url: `http://${url}`, retry: { attempts: 3, firstPauseMs: 1 } });
    await assert.rejects(client.scoreTensors([X]), { name: 'SlipwayError' });
    assert.equal(calls, attempts);
  });
}

test('a call ends when its time is up, when its caller gives up, and when its client is closed', async (t) => {
  const url = await startGrpcServer(t, { [INFER]: () => {} });
  const client = open(t, { url: `http://${url}` });
  await assert.rejects(client.scoreTensors([X], { timeoutMs: 50 }), { code: 'deadline_exceeded' });
  const caller = AbortSignal.timeout(50);
  await assert.rejects(client.scoreTensors([X], { signal: caller }), { code: 'cancelled' });
  const running = client.scoreTensors([X]);
  client.close();
  await assert.rejects(running, { code: 'cancelled' });
});

test('a server that is not there is told by its address', async (t) => {
  const port = await freePort();
  const client = open(t, { url: `http://127.0.0.1:${port}`, retry: { attempts: 2, firstPauseMs: 1 } });
  await assert.rejects(client.scoreTensors([X]), { code: 'unavailable', message: /Cannot reach/ });
});

test('a certificate of an authority of its own is trusted where it is given', async (t) => {
  const { cert, key } = TEST_CERTIFICATES.first;
  const pair = [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }];
  const address = await startGrpcServer(
    t,
    { [INFER]: (_call, answer) => answer(null, Buffer.alloc(0)) },
    ServerCredentials.createSsl(null, pair),
  );
  const retry = { attempts: 1 };
  const trusting = open(t, { url: `https://${address}`, tls: { ca: cert }, retry });
  assert.deepEqual((await trusting.scoreTensors([X])).outputs, {});
  const distrusting = open(t, { url: `https://${address}`, retry });
  await assert.rejects(distrusting.scoreTensors([X]), { code: 'unavailable' });
});
