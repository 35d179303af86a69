import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaModel, Tensor } from '@slipway/contract';
import { CONV_NET_IMAGE, convNet, onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { fixture, imageInput, testLimits } from '../images/image-fixtures.ts';
import { createImagePreprocessor } from '../images/preprocess-images.ts';
import { createDataPlane } from './create-data-plane.ts';
import type { DataPlane } from './data-plane.ts';
import { totalLoad } from './version-load.ts';

const [, HEIGHT, WIDTH] = CONV_NET_IMAGE;
const IMAGE = {
  width: WIDTH,
  height: HEIGHT,
  resize: 'tf1_bilinear',
  fit: 'stretch',
  layout: 'NCHW',
} as const;
const STD = [255, 255, 255] as const;
const PHOTO = fixture('photo.jpg');
const LIMITS = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 100,
  maxQueueWaitMs: 10_000,
  scoringTimeoutMs: 10_000,
  drainGraceSeconds: 1,
};

async function storeConvNet(scope: TestScope, declared: object): Promise<ReplicaModel> {
  const path = await temporaryFolder(scope);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'model.onnx'), convNet(1));
  await writeFile(join(path, 'signature.json'), JSON.stringify({ kind: 'ModelSignature', inputs: declared }));
  return { name: 'conv', version: 1, digest: 'sha256:conv', path };
}

async function open(scope: TestScope, declared: object): Promise<DataPlane> {
  const model = await storeConvNet(scope, declared);
  const plane = await createDataPlane({
    models: [model],
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits: LIMITS,
    cacheDir: join(model.path, 'cache'),
    log: { info() {}, warn() {}, error() {} },
    onStuck: () => assert.fail('nothing was to be stuck'),
  });
  onTestEnd(scope, () => plane.drain(AbortSignal.timeout(60_000)));
  return plane;
}

const photos = (...data: Uint8Array[]): Tensor => ({
  name: 'photos',
  datatype: 'BYTES',
  shape: [data.length],
  data,
});

test('photos are scored as the tensors that are made of them by hand', async (t) => {
  const plane = await open(t, { image: { image: { ...IMAGE, name: 'photos', std: STD } } });
  const [spec] = plane.models[0]?.signature.inputs ?? [];
  assert.deepEqual([spec?.name, spec?.datatype, spec?.shape], ['photos', 'BYTES', ['batch']]);
  assert.equal(spec?.image?.input, 'image');

  const plain = await open(t, { image: { image: { ...IMAGE, name: 'image', std: STD } } });
  const preprocess = createImagePreprocessor(testLimits());
  const pixels = await preprocess(imageInput({ ...IMAGE, input: 'image', std: STD }), [PHOTO]);
  assert.deepEqual(pixels.shape, [1, ...CONV_NET_IMAGE]);

  const { outputs } = await plane.infer({ id: 'r', inputs: [photos(PHOTO)] });
  const again = await plain.infer({ id: 'r', inputs: [{ ...photos(PHOTO), name: 'image' }] });
  assert.deepEqual(outputs, again.outputs);
  const two = await plane.infer({ id: 'r', inputs: [photos(PHOTO, fixture('photo.webp'))] });
  assert.deepEqual(two.outputs[0]?.shape, [2, 10]);
});

test('a damaged photo is refused by its number, a plain tensor by its datatype', async (t) => {
  const plane = await open(t, { image: { image: { ...IMAGE, name: 'photos' } } });
  await assert.rejects(plane.infer({ id: 'r', inputs: [photos(PHOTO, PHOTO.subarray(0, 3_000))] }), {
    code: 'invalid_argument',
    message: /^photos\[1\] is a JPEG image that is damaged/,
  });
  const pixels: Tensor = { name: 'photos', datatype: 'FP32', shape: [1], data: new Float32Array(1) };
  await assert.rejects(plane.infer({ id: 'r', inputs: [pixels] }), { message: /the datatype differs/ });
  await assert.rejects(plane.infer({ id: 'r', inputs: [photos(PHOTO)], signal: AbortSignal.abort() }), {
    code: 'cancelled',
  });
});

test('draining answers a request whose photos are being decoded', async (t) => {
  const plane = await open(t, { image: { image: { ...IMAGE, name: 'photos' } } });
  const answer = plane.infer({ id: 'r', inputs: [photos(PHOTO, PHOTO, PHOTO)] });
  assert.deepEqual(totalLoad(plane.loads()), { inFlight: 0, queued: 1 });
  const [{ outputs }] = await Promise.all([answer, plane.drain(AbortSignal.timeout(60_000))]);
  assert.deepEqual(outputs[0]?.shape, [3, 10]);
});

test('a declaration that does not fit the model is refused when it is loaded', async (t) => {
  await assert.rejects(open(t, { picture: { image: IMAGE } }), {
    code: 'invalid_model',
    message: /signature\.json does not fit the model: inputs\.picture is no input/,
  });
});
