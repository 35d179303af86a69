import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { buildNetwork, randomWeights, withClassifier } from '@slipway/graph/catalogue';
import { writeModel } from '@slipway/graph/onnx';
import { temporaryFolder } from '@slipway/testkit';
import { TINY_RESNET } from '../pipeline/tiny-network.test.helper.ts';
import { importFile } from './import-file.ts';
import {
  ACCEPTED,
  assertNothingPulled,
  FIXTURES,
  prepare,
  published,
  startHost,
  TINY,
} from './published.test.helper.ts';
import { pullWeights } from './pull-weights.ts';
import { findWeights, listWeights } from './pulled-weights.ts';

test('weights of another network are refused by their names, and do not count', async (t) => {
  const home = await temporaryFolder(t);
  const from = join(FIXTURES, 'keras-vgg/weights.h5');
  await assert.rejects(pullWeights(TINY, { home, from }), {
    ...{
      code: 'invalid_argument',
      message: /^\/.*keras-vgg\/weights\.h5: The weights are not those of "resnet_v1_50"/,
    },
  });
  const host = await startHost(t);
  const other = { ...TINY, network: { ...TINY_RESNET, classes: 11 } };
  const options = { home, manifest: [published(host.url)], ...ACCEPTED };
  await assert.rejects(pullWeights(other, options), { message: /fc\.weight is \[10, .* instead of \[11/ });
  await assertNothingPulled(home);
  const keras = { ...options, manifest: [published(host.url, { layout: 'keras' })] };
  await assert.rejects(pullWeights(TINY, keras), { message: /as torchvision names them, .* says keras/ });
  await assertNothingPulled(home);
});

test('files of every layout are taken from where they are, and stay there', async (t) => {
  const drawn = join(await temporaryFolder(t), 'drawn.onnx');
  await writeModel(withClassifier(buildNetwork(TINY_RESNET, randomWeights(TINY_RESNET, 7))), drawn);
  for (const [from, origin, opened] of [
    [join(FIXTURES, 'torchvision-resnet/weights.safetensors'), 'torchvision', 'weights.safetensors'],
    [join(FIXTURES, 'slim-resnet/weights.ckpt'), 'slim', 'weights.ckpt'],
    [join(FIXTURES, 'slim-resnet'), 'slim', 'weights.ckpt'],
    [join(FIXTURES, 'keras-resnet/weights.h5'), 'keras', 'weights.h5'],
    [drawn, 'random, seed 7', 'drawn.onnx'],
  ] as const) {
    const home = await temporaryFolder(t);
    const pulled = await pullWeights(TINY, { home, from });
    assert.equal(pulled.origin, origin);
    assert.equal(pulled.licence, null);
    assert.equal(pulled.random, from === drawn);
    assert.equal(basename(pulled.path), opened);
    assert.equal((await importFile(TINY, pulled.path)).origin, origin);
    assert.ok(existsSync(join(from, '..')) && (await readdir(join(from, '..'))).length > 0);
    await assert.rejects(pullWeights(TINY, { home, from }), {
      code: 'already_exists',
      message: /slipway accel remove/,
    });
    const quantized = await pullWeights(TINY, { home, from, quantized: true });
    assert.equal(quantized.version, '1.1.2');
    assert.deepEqual(await findWeights('resnet50', home, { quantized: true }), quantized);
    assert.deepEqual(await findWeights('resnet50', home), pulled);
  }
});

test('a record that somebody has changed is told', async (t) => {
  const home = await temporaryFolder(t);
  const { folder } = await pullWeights(TINY, { home, from: join(FIXTURES, 'slim-resnet') });
  for (const text of ['{', '{"kind": "Model"}']) {
    await writeFile(join(folder, 'weights.json'), text);
    await assert.rejects(listWeights(home), { code: 'corrupt', message: /remove its folder/ });
  }
});

test('a folder that leaves open what is meant, and nothing at all, are refused', async (t) => {
  const [home, folder] = [await temporaryFolder(t), await temporaryFolder(t)];
  await assert.rejects(pullWeights(TINY, { home, from: folder }), { message: /has no file of weights/ });
  for (const name of ['a.h5', 'b.npz']) await writeFile(join(folder, name), '');
  await assert.rejects(pullWeights(TINY, { home, from: folder }), { message: /has several: a\.h5, b\.npz/ });
  await assert.rejects(pullWeights(TINY, { home, from: join(folder, 'none') }), { code: 'not_found' });
});

test('what would not be heard, or would stand in a file for ever, is refused or left out', async (t) => {
  const { home, manifest = [] } = await prepare(t, 'http://127.0.0.1');
  const from = join(FIXTURES, 'torchvision-resnet/weights.safetensors');
  for (const idle of [{ manifest }, ACCEPTED])
    await assert.rejects(pullWeights(TINY, { home, from, ...idle }), { code: 'invalid_argument' });
  await assert.rejects(
    pullWeights(TINY, { home, from: 'http://me:secret@127.0.0.1/w.h5' }),
    (error: Error) => /user and a password/.test(error.message) && !error.message.includes('secret'),
  );
  const { url } = await startHost(t);
  const signed = await pullWeights(TINY, { home, from: `${url}/weights.safetensors?signature=secret` });
  assert.equal(signed.source, `${url}/weights.safetensors`);
});
