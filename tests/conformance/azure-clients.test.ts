// What Azure's clients for C# and Python put on the wire, and what they can read of the answer.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { ReplicaSpec } from '@slipway/contract';
import { onTestEnd, temporaryFolder } from '@slipway/testkit';
import { answerOf, images } from '../conversion/answers.ts';
import { convert } from '../conversion/converted.ts';
import { type ServedModels, serveModels } from '../harness/served-models.ts';
import { loadMethod } from './protocols/grpc-channel.ts';

/** No answer takes this long unless something is broken. */
const ANSWER_TIMEOUT_MS = 20_000;

const PREDICT = loadMethod('tfserving.proto', 'tensorflow.serving.PredictionService', 'Predict');

const INPUT = 'Placeholder:0';
const OUTPUT = 'classifier/resnet_v1_50/predictions/Softmax:0';
const ALIAS = 'output_alias';

/** PNG, as TensorFlow's other way to decode JPEG is no matter of the service. */
const SENT = ['enlarged.png', 'palette.png'];

interface Output {
  readonly dtype: number;
  readonly tensor_shape: { readonly dim: readonly { readonly size: string }[] };
  readonly float_val: readonly number[];
  readonly tensor_content: Buffer;
}

type Outputs = Readonly<Record<string, Output>>;

/** A request as the clients make it: several images in one tensor, and nothing said of the model, or an empty message. */
function request(input: string, spec: object = {}): object {
  const sent = images();
  const tensor = {
    dtype: 7,
    tensor_shape: { dim: [{ size: SENT.length }] },
    string_val: SENT.map((name) => sent.get(name)),
  };
  return { ...spec, inputs: { [input]: tensor } };
}

async function serveFlow(t: TestContext, spec: Partial<ReplicaSpec> = {}): Promise<ServedModels> {
  const { onnx, signature } = await convert(t, 'flow-saved-model', {});
  const model = { name: 'resnet50', version: 1, onnx, signature };
  return await serveModels(t, { service: 'flow', models: [model], spec });
}

/** Calls a door with metadata as they are. */
function caller(t: TestContext, port: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestEnd(t, () => client.close());
  const { path, requestSerialize, responseDeserialize } = PREDICT;
  return (message: object, headers: Readonly<Record<string, string>>): Promise<Outputs> => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const deadline = Date.now() + ANSWER_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: object) => {
        if (error !== null) reject(error);
        else resolve((response as { outputs: Outputs }).outputs);
      };
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        metadata,
        { deadline },
        done,
      );
    });
  };
}

/** What C# makes of an output: an array of as many axes as the tensor has, from `float_val` alone. */
function assertScores({ dtype, tensor_shape, float_val, tensor_content }: Output): void {
  const expected = SENT.map((name) => [...answerOf('flow', name).scores]);
  const sizes = tensor_shape.dim.map(({ size }) => Number(size));
  assert.deepEqual([dtype, ...sizes], [1, SENT.length, expected[0]?.length]);
  assert.equal(tensor_content.length, 0);
  assert.equal(float_val.length, expected.flat().length);
  for (const [index, value] of expected.flat().entries())
    assert.ok(Math.abs(value - (float_val[index] ?? Number.NaN)) < 1e-5, `score ${index}`);
}

const ROUTE = 'x-ms-aml-grpc-service-route';

/** The metadata of each client, by the key and the name of the service. */
const CLIENTS: readonly [string, (key: string) => Readonly<Record<string, string>>][] = [
  ['C#', (key) => ({ authorization: `bearer ${key}`, [ROUTE]: '/api/v1/service/flow' })],
  ['C# of the preview', (key) => ({ authorization: key, [ROUTE]: '/api/v1/service/flow' })],
  ['Python', (key) => ({ authorization: `Bearer ${key}`, [ROUTE]: '/api/v1/service/flow' })],
  [
    'Python without the name of a service',
    (key) => ({ authorization: `Bearer ${key}`, [ROUTE]: '/api/v1/service/' }),
  ],
  ['one that sends no route', (key) => ({ authorization: `Bearer ${key}` })],
];

test("the sample for C# sends the tensor's name and reads the alias, where both are told", async (t) => {
  const { key, gateway, replica } = await serveFlow(t, { bothOutputNames: true });
  for (const { port } of [gateway, replica]) {
    const call = caller(t, port);
    for (const [name, metadataOf] of CLIENTS) {
      await t.test(`${name} at the ${port === gateway.port ? 'gateway' : 'replica'}`, async () => {
        const outputs = await call(request(INPUT, { model_spec: {} }), metadataOf(key));
        assert.deepEqual(Object.keys(outputs).toSorted(), [OUTPUT, ALIAS].toSorted());
        for (const output of Object.values(outputs)) assertScores(output);
      });
    }
  }
});

test("Python's clients find one output, under the name that goes with that of the input", async (t) => {
  const { key, gateway } = await serveFlow(t);
  const call = caller(t, gateway.port);
  const headers = { authorization: `Bearer ${key}`, [ROUTE]: '/api/v1/service/flow' };
  const named = await call(request(INPUT), headers);
  assert.deepEqual(Object.keys(named), [OUTPUT]);
  assertScores(named[OUTPUT] as Output);
  const { [ALIAS]: alias } = await call(request('images'), headers);
  assertScores(alias as Output);
});

test('a wrong key is refused however it is sent', async (t) => {
  const { gateway, replica } = await serveFlow(t);
  for (const { port } of [gateway, replica]) {
    const call = caller(t, port);
    for (const authorization of ['bearer wrong', 'wrong', 'Bearer '])
      await assert.rejects(call(request(INPUT), { authorization }), { code: status.UNAUTHENTICATED });
  }
});

test('where no key is asked for, an empty one and none are both right', async (t) => {
  const authFile = join(await temporaryFolder(t), 'open.json');
  await writeFile(authFile, JSON.stringify({ kind: 'ServiceAuth', generation: 1, mode: 'none' }));
  const { gateway, replica } = await serveFlow(t, { authFile });
  for (const { port } of [gateway, replica]) {
    const call = caller(t, port);
    for (const headers of [{ authorization: 'Bearer ' }, {}])
      assertScores((await call(request(INPUT), headers))[OUTPUT] as Output);
  }
});
