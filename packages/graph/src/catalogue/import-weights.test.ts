import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import fc from 'fast-check';
import { writeArchive } from '../keras/zip/write-archive.test.helper.ts';
import { loadBytes } from '../onnx/bytes.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import { buildNetwork, withClassifier } from './build-network.ts';
import { openWeights } from './files/open-weights.ts';
import type { StoredTensor, StoredWeights } from './files/stored-weights.ts';
import { importWeights } from './import-weights.ts';
import { outputsFirst } from './layouts/arrange.ts';
import { CATALOGUE_FIXTURES } from './parity.test.helper.ts';
import { randomWeights } from './random-weights.ts';
import { TINY } from './tiny.test.helper.ts';
import type { NetworkWeights } from './weights.ts';

const KERAS = join(CATALOGUE_FIXTURES, 'keras-resnet/weights.h5');
const SAFETENSORS = join(CATALOGUE_FIXTURES, 'torchvision-vgg/weights.safetensors');

for (const [name, weights] of [
  ['random', async () => randomWeights(TINY.resnet, 3)],
  ['keras', () => importedFrom(KERAS)],
] as const)
  test(`${name} weights come back as they are from the model that was built of them`, async (t) => {
    const before = await weights();
    const path = await rewritten(t, withClassifier(buildNetwork(TINY.resnet, before)));
    await using stored = await openWeights(path);
    const after = await importWeights(TINY.resnet, stored);
    assert.deepEqual(inMemory(after), inMemory(before));
  });

for (const [format, file, unpacked] of [
  ['.keras', 'network.keras', (bytes: Buffer) => bytes],
  ['.weights.h5', 'weights.weights.h5.gz', gunzipSync],
  ['.h5 (with names as published)', 'old-names.h5.gz', gunzipSync],
] as const)
  test(`a ${format} file of Keras has the weights of its .h5 file`, async (t) => {
    const folder = join(CATALOGUE_FIXTURES, 'keras-densenet');
    const bytes = unpacked(readFileSync(join(folder, file)));
    await using stored = await openWeights(await fileOf(t, `network${format}`, bytes));
    await using legacy = await openWeights(join(folder, 'weights.h5'));
    const expected = await importWeights(TINY.densenet, legacy);
    assert.deepEqual(inMemory(await importWeights(TINY.densenet, stored)), inMemory(expected));
  });

for (const [name, network, path, older] of [
  ['VGG', TINY.vgg, join(CATALOGUE_FIXTURES, 'keras-vgg/weights.h5'), olderVgg],
  ['ResNet', TINY.resnet, KERAS, (key: string) => key.replace('predictions/', 'probs/')],
] as const)
  test(`${name} is read under the names of the file that Keras publishes`, async () => {
    await using stored = await openWeights(path);
    const tensors = new Map([...stored.tensors].map(([key, tensor]) => [older(key), tensor]));
    const published: StoredWeights = { ...stored, tensors, [Symbol.asyncDispose]: async () => {} };
    assert.ok(![...tensors.keys()].includes('predictions/kernel'));
    assert.deepEqual(await importWeights(network, published), await importWeights(network, stored));
  });

test('an archive of numpy is read by the names in it', async (t) => {
  const slim = randomWeights(TINY.vgg, 3);
  const files = [...slim.tensors].map(([name, { dims, bytes }]) => {
    const [outputs = 0, inputs = 0, rows = 0, columns = 0] = dims;
    const elements = loadBytes(bytes);
    if (dims.length === 1) return { name: `${name}.npy`, bytes: npy(dims, elements) };
    const last = outputsLast(elements, dims);
    return { name: `${name}.npy`, bytes: npy([rows, columns, inputs, outputs], last), deflated: rows > 1 };
  });
  const path = await fileOf(t, 'weights.npz', writeArchive(files));
  await using stored = await openWeights(path);
  const read = await importWeights(TINY.vgg, stored);
  assert.equal(read.layout, 'slim');
  assert.deepEqual(inMemory(read).tensors, inMemory(slim).tensors);
});

test('a kernel with its outputs first holds the same elements', () => {
  const sizes = fc.tuple(
    fc.nat(40),
    fc.nat(40),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  );
  fc.assert(
    fc.property(sizes, fc.boolean(), ([outputs, inputs, rows, columns], reversed) => {
      const dims = [outputs, inputs, rows, columns];
      const numbers = Float32Array.from({ length: outputs * inputs * rows * columns }, (_, index) => index);
      const found = outputsFirst(new Uint8Array(numbers.buffer), dims, false);
      assert.deepEqual(outputsLast(found, dims), new Uint8Array(numbers.buffer));
      const twice = outputsFirst(
        outputsLast(outputsFirst(new Uint8Array(numbers.buffer), dims, reversed), dims),
        dims,
        reversed,
      );
      assert.deepEqual(twice, found);
    }),
    { numRuns: 50 },
  );
});

test('weights that are missing, extra, misshapen and of other types are told at once, by their own names', async () => {
  await using stored = await openWeights(KERAS);
  const tensors = new Map(stored.tensors);
  const kernel = tensors.get('conv1_conv/kernel') as StoredTensor;
  tensors.delete('conv1_bn/gamma');
  tensors.set('conv1_conv/kernel', { ...kernel, dtype: 'float16' });
  tensors.set('predictions/bias', { ...kernel, shape: [1001] });
  tensors.set('top/kernel', kernel);
  const wrong: StoredWeights = { ...stored, tensors, [Symbol.asyncDispose]: async () => {} };
  await assert.rejects(importWeights(TINY.resnet, wrong), {
    code: 'invalid_argument',
    message:
      /1 are missing: "conv1_bn\/gamma"\. 1 have no place in it: "top\/kernel"\. 1 have another shape: "predictions\/bias is \[1001\] instead of \[10\]"\. 1 are no float32: "conv1_conv\/kernel is float16"/,
  });
});

for (const [name, network, path, classifier] of [
  ['Keras', TINY.resnet, KERAS, /^predictions\//],
  ['torchvision', TINY.vgg, SAFETENSORS, /^classifier\.6\./],
] as const)
  test(`weights of ${name} without a classifier are those of the featurizer, and are refused for the whole`, async () => {
    await using stored = await openWeights(path);
    const tensors = new Map([...stored.tensors].filter(([key]) => !classifier.test(key)));
    const headless: StoredWeights = { ...stored, tensors, [Symbol.asyncDispose]: async () => {} };
    const features = await importWeights(network, headless, { classifier: false });
    assert.deepEqual(features, await importWeights(network, stored, { classifier: false }));
    const built = buildNetwork(network, features);
    assert.equal(built.classifier, undefined);
    assert.throws(() => withClassifier(built), {
      code: 'invalid_argument',
      message: /^This model does not have classifier\. Its weights were read for the featurizer alone/,
    });
    const whole = buildNetwork(network, await importWeights(network, stored));
    assert.deepEqual(built.featurizer, whole.featurizer);
    await assert.rejects(importWeights(network, headless), {
      code: 'invalid_argument',
      message: /2 are missing: .* They are whole but for the classifier: read them with classifier: false/,
    });
  });

test('a featurizer without a classifier is read as the featurizer that it is', async (t) => {
  await using stored = await openWeights(KERAS);
  const before = await importWeights(TINY.resnet, stored, { classifier: false });
  await using own = await openWeights(await rewritten(t, buildNetwork(TINY.resnet, before).featurizer));
  const after = await importWeights(TINY.resnet, own, { classifier: false });
  assert.deepEqual(inMemory(after), inMemory(before));
});

test('weights of another network are refused with the layouts that were looked for', async () => {
  await using stored = await openWeights(KERAS);
  await assert.rejects(importWeights(TINY.ssd, stored), {
    code: 'invalid_argument',
    message: /no weights of ssd_300_vgg under the names of slim\. Its own are "conv1_conv\/kernel"/,
  });
});

for (const [what, change] of [
  ['a header longer than the file', (file: Buffer) => file.writeBigUInt64LE(10n ** 6n)],
  ['a header that no number holds', (file: Buffer) => file.writeBigUInt64LE(2n ** 63n)],
  ['a header that is no JSON', (file: Buffer) => file.write('{"', file.indexOf('}') - 3)],
  ['offsets beyond the file', (file: Buffer) => file.write('9', file.indexOf('"data_offsets":[0,') + 17)],
] as const)
  test(`safetensors with ${what} are refused`, async (t) => {
    const file = readFileSync(SAFETENSORS);
    change(file);
    const path = await fileOf(t, 'weights.safetensors', file);
    await assert.rejects(openWeights(path), { code: 'invalid_file' });
  });

test('safetensors that were cut, and files of other kinds, are refused', async (t) => {
  const cut = await fileOf(t, 'cut.safetensors', readFileSync(SAFETENSORS).subarray(0, -1));
  await assert.rejects(openWeights(cut), { code: 'invalid_file' });
  const pickle = await fileOf(t, 'weights.pth', Buffer.from('\x80\x02 a pickle'));
  await assert.rejects(openWeights(pickle), {
    code: 'unsupported',
    message: /Save weights of PyTorch with safetensors/,
  });
});

/** As `openWeights` says `block1_conv1_W_1:0` in the group of its layer. */
function olderVgg(key: string): string {
  const [layer = '', variable] = key.split('/');
  return `${layer}/${layer}_${variable === 'kernel' ? 'W' : 'b'}`;
}

async function importedFrom(path: string): Promise<NetworkWeights> {
  await using stored = await openWeights(path);
  return importWeights(TINY.resnet, stored);
}

/** With all elements, whether or not they lie in a file. */
function inMemory(weights: NetworkWeights) {
  const tensors = [...weights.tensors].map(([name, { dims, bytes }]) => [
    name,
    dims,
    Buffer.from(loadBytes(bytes)).toString('base64'),
  ]);
  return { ...weights, tensors };
}

/** The way back from `outputsFirst`, one element at a time. */
function outputsLast(bytes: Uint8Array, [outputs = 0, inputs = 0, rows = 0, columns = 0]: readonly number[]) {
  const from = new Float32Array(Uint8Array.from(bytes).buffer);
  const places = rows * columns;
  const to = from.map((_, index) => {
    const output = index % outputs;
    const input = Math.floor(index / outputs) % inputs;
    const place = Math.floor(index / (outputs * inputs));
    return from[(output * inputs + input) * places + place] as number;
  });
  return new Uint8Array(to.buffer);
}

function npy(dims: readonly number[], bytes: Uint8Array): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')},), }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), bytes]);
}

async function fileOf(scope: TestScope, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(scope), name);
  await writeFile(path, bytes);
  return path;
}
