// The client with the members of Azure's: against the FPGA flow's model in a service, and against a server that fails as told.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerCredentials, status } from '@grpc/grpc-js';
import type { Tensor } from '@slipway/sdk';
import { clientFromService, PredictionClient, type PredictionClientOptions } from '@slipway/sdk/accel';
import { digitMlp, onTestEnd, TEST_CERTIFICATES, type TestScope, temporaryFolder } from '@slipway/testkit';
import { answerOf, images } from '../conversion/answers.ts';
import { convert } from '../conversion/converted.ts';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';
import { serveModels } from '../harness/served-models.ts';
import { STOCK_MESSAGES, startGrpcServer } from './stock-grpc-server.ts';

const PREDICT = '/tensorflow.serving.PredictionService/Predict';

const INPUT = 'Placeholder:0';
const OUTPUT = 'classifier/resnet_v1_50/predictions/Softmax:0';

/** PNG, as TensorFlow's other way to decode JPEG is no matter of the service. */
const IMAGE = 'enlarged.png';

const AT_ONCE = [1, 1, 1, 1];

function open(scope: TestScope, options: PredictionClientOptions): PredictionClient {
  const client = new PredictionClient(options);
  onTestEnd(scope, () => client.close());
  return client;
}

test('images are scored under the names of the tensors and under their aliases', async (t) => {
  const { onnx, signature } = await convert(t, 'flow-saved-model', {});
  const model = { name: 'resnet50', version: 1, onnx, signature };
  const { key, gateway, replica } = await serveModels(t, { service: 'flow', models: [model] });
  const bytes = images().get(IMAGE) ?? Buffer.alloc(0);
  const path = join(await temporaryFolder(t), IMAGE);
  await writeFile(path, bytes);
  const gatewayOptions = { port: gateway.port, accessToken: key, serviceName: 'flow' };
  for (const options of [gatewayOptions, { port: replica.port, accessToken: key }]) {
    const client = open(t, { ...options, address: '127.0.0.1', retryPausesMs: [] });
    const classes = answerOf('flow', IMAGE).scores.length;
    const one = await client.scoreFile(path, { inputName: INPUT, outputs: OUTPUT });
    assertScores(one, [classes]);
    const [listed] = await client.scoreFile(path, { inputName: INPUT, outputs: [OUTPUT] });
    assertScores(listed, [1, classes]);
    assertScores([await client.scoreFile(path, { inputName: INPUT })].flat()[0], [classes]);
    assertScores(await client.scoreImage(path), [classes]);
    const raw = { data: bytes, shape: [1], datatype: 'BYTES' } as const;
    assertScores(await client.scoreTensor(raw), [1, classes]);
    assertScores(await client.scoreTensors({ [INPUT]: raw }, { outputs: OUTPUT }), [1, classes]);
  }
});

function assertScores(tensor: Tensor | undefined, shape: readonly number[]): void {
  assert.deepEqual(tensor?.shape, shape);
  const expected = answerOf('flow', IMAGE).scores;
  const found = tensor?.data as Float32Array;
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs(value - (found[index] ?? Number.NaN)) < 1e-5, `score ${index}`);
}

test('arrays and bytes are scored, and what does not fit is refused before it is sent', async (t) => {
  const model = { name: 'digits', version: 1, onnx: digitMlp() };
  const { key, gateway } = await serveModels(t, { service: 'digits', models: [model] });
  const client = open(t, {
    address: '127.0.0.1',
    port: gateway.port,
    accessToken: key,
    serviceName: 'digits',
    retryPausesMs: [],
  });
  const data = Float32Array.from({ length: 2 * 784 }, (_, index) => (index % 7) / 7);
  const array = { data, shape: [2, 784] };
  const [expected] = await client.scoreNumpyArrays({ image: array }, { outputs: ['probabilities'] });
  assert.deepEqual(expected?.shape, [2, 10]);
  assert.deepEqual({ ...(await client.scoreNumpyArray(array)), name: 'probabilities' }, expected);
  const bytes = { data: new Uint8Array(data.buffer), shape: [2, 784], datatype: 'FP32' } as const;
  assert.deepEqual(await client.scoreTensors({ image: bytes }, { outputs: 'probabilities' }), expected);
  const shortened = { ...bytes, data: bytes.data.subarray(1) };
  await assert.rejects(client.scoreTensors({ image: shortened }), {
    code: 'invalid_argument',
    message: /"image" has 6271 bytes, which is no whole number/,
  });
  await assert.rejects(client.scoreTensor({ data: bytes.data, shape: [2], datatype: 'BYTES' }), {
    code: 'invalid_argument',
    message: /"images" has 1 elements, but its shape \[2\] has 2/,
  });
  await assert.rejects(client.scoreNumpyArrays({ image: array }, { outputs: 'nothing' }), {
    code: 'invalid_argument',
  });
});

test('a call is tried five times on new connections, unless its caller has to change it', async (t) => {
  const peers: string[] = [];
  let code = status.UNAUTHENTICATED;
  const url = await startGrpcServer(t, {
    [PREDICT]: (call, answer) => {
      peers.push(call.getPeer());
      answer({ code, details: 'no' });
    },
  });
  const printed: string[] = [];
  const client = open(t, { ...at(url), retryPausesMs: AT_ONCE, print: (text) => void printed.push(text) });
  await assert.rejects(client.scoreNumpyArray(ARRAY), { code: 'unauthenticated' });
  assert.equal(new Set(peers).size, 5);
  assert.equal(printed.length, 4);
  assert.match(printed[0] ?? '', /^Retrying .*UNAUTHENTICATED: no\n$/);
  code = status.INVALID_ARGUMENT;
  peers.length = 0;
  await assert.rejects(client.scoreNumpyArray(ARRAY), { code: 'invalid_argument' });
  assert.equal(peers.length, 1);
});

test('each attempt has its own time, and a caller may give up', async (t) => {
  const caller = new AbortController();
  const printed: string[] = [];
  const print = (text: string): void => {
    printed.push(text);
    if (printed.length === 2) caller.abort();
  };
  const url = await startGrpcServer(t, { [PREDICT]: () => {} });
  const client = open(t, { ...at(url), retryPausesMs: AT_ONCE, print });
  const tensor = { data: Buffer.from('jpeg'), shape: [1], datatype: 'BYTES' } as const;
  const call = client.scoreTensor(tensor, { timeoutMs: 50, signal: caller.signal });
  await assert.rejects(call, { code: 'cancelled' });
  assert.equal(printed.length, 2);
  for (const line of printed) assert.match(line, /DEADLINE_EXCEEDED|did not answer within 50 ms/);
});

test('TLS with a certificate of its own, and a key', async (t) => {
  const { cert, key } = TEST_CERTIFICATES.first;
  const message = Buffer.from(STOCK_MESSAGES.predictResponses[0]?.message ?? '', 'base64');
  const seen: unknown[] = [];
  const url = await startGrpcServer(
    t,
    {
      [PREDICT]: ({ metadata }, answer) => {
        seen.push([...metadata.get('authorization'), ...metadata.get('x-ms-aml-grpc-service-route')]);
        answer(null, message);
      },
    },
    ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }]),
  );
  const options = { ...at(url), useSsl: true, retryPausesMs: [], accessToken: 'secret', serviceName: 'flow' };
  const trusting = open(t, { ...options, tls: { ca: cert } });
  await trusting.scoreNumpyArrays({ images: ARRAY });
  assert.deepEqual(seen, [['Bearer secret', '/api/v1/service/flow']]);
  await assert.rejects(open(t, options).scoreNumpyArrays({ images: ARRAY }), { code: 'unavailable' });
});

test('a client of a deployed service knows its address, its name and its key', async (t) => {
  const installation = await startInstallation(t);
  const { digits } = await writeModels(t);
  const { service } = await deploy(installation, {
    name: 'digits',
    model: digits,
    config: { cpuCores: 0.5 },
  });
  const client = clientFromService(service, { retryPausesMs: [1], print: () => {} });
  onTestEnd(t, () => client.close());
  const digit = { data: new Float32Array(784), shape: [1, 784] };
  assert.deepEqual((await client.scoreNumpyArray(digit)).shape, [1, 10]);
  await service.regenKey('primary');
  assert.deepEqual((await client.scoreNumpyArray(digit)).shape, [1, 10]);
});

const ARRAY = { data: Float32Array.of(1), shape: [1] };

function at(url: string): PredictionClientOptions {
  const [address = '', port] = url.split(':');
  return { address, port: Number(port) };
}
