import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { addInitializers, addNodes, floatTensor, makeNode, type OnnxModel } from '@slipway/graph/onnx';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { completePreprocessing } from '../../pipeline/signature-file.ts';
import { TINY_PREPROCESSING, tinyResnet } from '../../pipeline/tiny-network.test.helper.ts';
import { findImages } from '../../samples/find-images.ts';
import { writeImages } from '../images.test.helper.ts';
import { computeFeatures, type FeatureOptions, type FeatureProgress } from './compute-features.ts';
import type { Featurizer } from './featurizer.ts';
import { planThreads } from './plan-threads.ts';

function featurizer(seed = 7): Featurizer {
  const model = tinyResnet(seed).featurizer;
  const preprocessing = completePreprocessing(TINY_PREPROCESSING, 'images');
  return { model, preprocessing, output: model.graph.outputs[0]?.name ?? '' };
}

async function photos(scope: TestScope, count = 5) {
  const folder = await temporaryFolder(scope);
  await writeImages(join(folder, 'photos'), count);
  return { folder, cache: join(folder, 'cache') };
}

async function compute(folder: string, options: FeatureOptions, from = featurizer()) {
  const { images } = await findImages(join(folder, 'photos'));
  return await computeFeatures(
    from,
    images.map((file) => ({ file })),
    options,
  );
}

async function entries(cache: string): Promise<string[]> {
  const names = await readdir(cache, { recursive: true, withFileTypes: true });
  return names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

describe('features', () => {
  test('are computed once for an image, whatever its name and how many threads there are', async (t) => {
    const { folder, cache } = await photos(t);
    const first = await compute(folder, { cache, threads: 2 });
    assert.deepEqual([first.done, first.cached, first.corrupt], [5, 0, 0]);
    assert.equal(first.images[0]?.features.length, 128);
    assert.equal(new Set(first.images.map(({ features }) => features.join())).size, 5);
    assert.equal((await entries(cache)).length, 5);
    await cp(join(folder, 'photos', '0.png'), join(folder, 'photos', 'again.png'));
    const second = await compute(folder, { cache, threads: 1 });
    assert.deepEqual([second.done, second.cached], [6, 6]);
    assert.deepEqual(second.images.slice(0, 5), first.images);
    assert.deepEqual(second.images[5]?.features, first.images[0]?.features);
    const alone = await compute(folder, { cache: undefined, threads: 1 });
    assert.deepEqual(alone.images, second.images);
  });

  test('of another featurizer are others', async (t) => {
    const { folder, cache } = await photos(t, 1);
    const [one, other] = [await compute(folder, { cache }), await compute(folder, { cache }, featurizer(8))];
    assert.equal(other.cached, 0);
    assert.notEqual(one.digest, other.digest);
    assert.notDeepEqual(one.images[0]?.features, other.images[0]?.features);
  });

  test('that the cache does not hold as they were written are computed anew, and mended', async (t) => {
    const { folder, cache } = await photos(t);
    const whole = await compute(folder, { cache });
    const [one = '', two = '', three = '', four = '', five = ''] = await entries(cache);
    const bytes = await readFile(one);
    await writeFile(one, bytes.with(20, (bytes[20] as number) ^ 1));
    await writeFile(two, (await readFile(two)).subarray(0, 30));
    await writeFile(three, '');
    // Whole, but of another image.
    await cp(five, four);
    const told: FeatureProgress[] = [];
    const mended = await compute(folder, { cache, onProgress: (progress) => told.push(progress) });
    assert.deepEqual([mended.cached, mended.corrupt], [1, 4]);
    assert.deepEqual(told.at(-1), { done: 5, total: 5, cached: 1, corrupt: 4 });
    assert.deepEqual(mended.images, whole.images);
    assert.equal((await compute(folder, { cache })).cached, 5);
  });

  test('that were computed before it was given up are kept', async (t) => {
    const { folder, cache } = await photos(t, 12);
    const giveUp = new AbortController();
    const reason = new SlipwayError('cancelled', 'Given up.');
    const onProgress = ({ done }: FeatureProgress) => done === 3 && giveUp.abort(reason);
    await assert.rejects(
      compute(folder, { cache, threads: 1, signal: giveUp.signal, onProgress }),
      (thrown) => thrown === reason,
    );
    const kept = (await entries(cache)).length;
    assert.ok(kept >= 3 && kept < 12, `${kept}`);
    assert.equal((await compute(folder, { cache })).cached, kept);
  });

  test('of an unreadable image are refused, or left out and told', async (t) => {
    const { folder } = await photos(t, 2);
    await writeFile(join(folder, 'photos', '1.jpg'), 'no image');
    await assert.rejects(compute(folder, { cache: undefined }), /photos\/1\.jpg: the image is not a JPEG/);
    const told: string[] = [];
    const computed = await compute(folder, {
      cache: undefined,
      onUnreadable: ({ name }) => told.push(name),
    });
    assert.deepEqual([computed.done, computed.images.length, told], [3, 2, ['1.jpg']]);
  });

  test('that are no numbers are refused, also where unreadable images are passed over', async (t) => {
    const { folder } = await photos(t, 2);
    const good = featurizer();
    const broken = { ...good, model: withNaN(good.model, good.output), output: 'broken' };
    await assert.rejects(compute(folder, { cache: undefined, onUnreadable: () => {} }, broken), {
      code: 'invalid_argument',
      message: /0\.png: the featurizer answers with numbers that are not finite/,
    });
  });

  test('are refused by a model that cannot be loaded, and a cache that cannot be written', async (t) => {
    const { folder, cache } = await photos(t, 8);
    const good = featurizer();
    const strange = {
      ...good,
      model: addNodes(good.model, [makeNode({ op: 'Strange', inputs: [good.output], outputs: ['x'] })]),
    };
    await assert.rejects(compute(folder, { cache: undefined, threads: 1 }, strange), {
      code: 'invalid_model',
    });
    await mkdir(cache);
    await writeFile(join(cache, (await compute(folder, { cache: undefined })).digest), 'in the way');
    await assert.rejects(compute(folder, { cache }), {
      code: 'invalid_argument',
      message: /cache of features cannot use .*\(ENOTDIR\)/,
    });
  });
});

test('each thread has a model of its own, as far as memory goes', () => {
  const MB = 1_000_000;
  assert.deepEqual(planThreads(8, 100 * MB, 16_000 * MB), { sessions: 8, threadsOfRun: 1 });
  assert.deepEqual(planThreads(8, 100 * MB, 700 * MB), { sessions: 2, threadsOfRun: 4 });
  assert.deepEqual(planThreads(8, 100 * MB, 1 * MB), { sessions: 1, threadsOfRun: 8 });
  assert.deepEqual(planThreads(1, 100 * MB, 16_000 * MB), { sessions: 1, threadsOfRun: 1 });
});

function withNaN(model: OnnxModel, output: string): OnnxModel {
  const changed = addInitializers(
    addNodes(model, [makeNode({ op: 'Mul', inputs: [output, 'nan'], outputs: ['broken'] })]),
    [floatTensor('nan', [1], [Number.NaN])],
  );
  const outputs = model.graph.outputs.map((each) => ({ ...each, name: 'broken' }));
  return { ...changed, graph: { ...changed.graph, outputs } };
}
