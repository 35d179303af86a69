// What Azure's clients for C# and Python put on the wire, and what they can read of the answer.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { ReplicaSpec } from '@slipway/contract';
import { blockShape, SSD_VGG_300 } from '@slipway/contract/detection';
import { onTestEnd, ssdNet, temporaryFolder } from '@slipway/testkit';
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
  readonly string_val: readonly Buffer[];
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

const DETECTOR = {
  kind: 'ModelSignature',
  inputs: {
    InputImage: {
      image: {
        name: 'images',
        width: 300,
        height: 300,
        resize: 'tf1_bilinear',
        fit: 'stretch',
        layout: 'NHWC',
      },
    },
  },
};
const DOG = { block: 'block11', anchor: 0, classIndex: 12, logit: 20 };

/** SSD-VGG-300 under the names of its outputs. */
async function serveDetector(t: TestContext, declared: object = {}): Promise<ServedModels> {
  const model = { name: 'ssdvgg', version: 1, onnx: ssdNet([DOG]), signature: { ...DETECTOR, ...declared } };
  return await serveModels(t, { service: 'flow', models: [model] });
}

/** The logits of all blocks, then their box offsets, as clients ask for them. */
const DETECTOR_OUTPUTS = [SSD_VGG_300.classes, 4].flatMap((values) =>
  SSD_VGG_300.blocks.map((block) => ({
    name: `ssd_300_vgg/${block.name}_box/${values === 4 ? 'Reshape' : 'Reshape_1'}:0`,
    shape: blockShape(block, values),
  })),
);

/** Clients set no sizes: grpc's own limit for an answer is 4 MiB, enough for four images. */
const MOST_DETECTED = 4;

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

/** The floats of a tensor of this shape, which stand where C# looks for them. */
function assertFloats(output: Output | undefined, shape: readonly number[]): readonly number[] {
  const { dtype, tensor_shape, float_val, tensor_content } = output ?? assert.fail();
  assert.deepEqual([dtype, ...tensor_shape.dim.map(({ size }) => Number(size))], [1, ...shape]);
  assert.equal(tensor_content.length, 0);
  return float_val;
}

/** What C# makes of an output: an array of as many axes as the tensor has, from `float_val` alone. */
function assertScores(output: Output): void {
  const expected = SENT.map((name) => [...answerOf('flow', name).scores]);
  const found = assertFloats(output, [SENT.length, expected[0]?.length ?? 0]);
  assert.equal(found.length, expected.flat().length);
  for (const [index, value] of expected.flat().entries())
    assert.ok(Math.abs(value - (found[index] ?? Number.NaN)) < 1e-5, `score ${index}`);
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

test('C# reads twelve arrays of five axes of a detector, for as many images as an answer may hold', async (t) => {
  const { key, gateway, replica } = await serveDetector(t);
  const sent = Array.from({ length: MOST_DETECTED }, () => images().get('enlarged.png'));
  const tensor = { dtype: 7, tensor_shape: { dim: [{ size: sent.length }] }, string_val: sent };
  for (const { port } of [gateway, replica]) {
    const headers = { authorization: `bearer ${key}`, [ROUTE]: '/api/v1/service/flow' };
    const outputs = await caller(t, port)({ model_spec: {}, inputs: { images: tensor } }, headers);
    assert.deepEqual(Object.keys(outputs).toSorted(), DETECTOR_OUTPUTS.map(({ name }) => name).toSorted());
    for (const { name, shape } of DETECTOR_OUTPUTS) {
      const { length } = assertFloats(outputs[name], [sent.length, ...shape]);
      assert.equal(length, sent.length * shape.reduce((product, size) => product * size, 1));
    }
    const { float_val: logits = [] } = outputs['ssd_300_vgg/block11_box/Reshape_1:0'] ?? {};
    assert.deepEqual(logits.slice(0, 14), [10, ...Array(11).fill(0), 20, 0]);
  }
});

test('what a declared detector found are floats, too, but for its names', async (t) => {
  const labels = Array.from({ length: SSD_VGG_300.classes }, () => 'thing');
  const { key, gateway } = await serveDetector(t, { detections: { layout: 'ssd-vgg-300', labels } });
  const headers = { authorization: `bearer ${key}` };
  const found = await caller(t, gateway.port)(request('images'), headers);
  assertFloats(found['boxes'], [SENT.length, 1, 4]);
  assert.deepEqual(assertFloats(found['classes'], [SENT.length, 1]), [12, 12]);
  assertFloats(found['scores'], [SENT.length, 1]);
  assert.deepEqual(assertFloats(found['num_detections'], [SENT.length]), [1, 1]);
  assert.deepEqual(found['labels']?.string_val.map(String), ['thing', 'thing']);
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
