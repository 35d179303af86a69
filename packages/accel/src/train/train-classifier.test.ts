import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { runProcess, type TestScope, temporaryFolder } from '@slipway/testkit';
import { composePipeline } from '../pipeline/compose-pipeline.ts';
import { openPipeline } from '../pipeline/open-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { savePipeline } from '../pipeline/save-pipeline.ts';
import { TINY_PREPROCESSING, tinyResnet } from '../pipeline/tiny-network.test.helper.ts';
import { findImages } from '../samples/find-images.ts';
import { prepareImages } from '../samples/prepare-images.ts';
import { openModel } from '../session/open-model.ts';
import { type Pattern, writeImages } from './images.test.helper.ts';
import { type TrainOptions, type TrainProgress, trainClassifier } from './train-classifier.ts';

/** A name that would be told wrong wherever it is not taken as it is. */
const STRANGE = ' ,"\n ß=/'.replace('/', '∕');

const PATTERNS: Readonly<Record<string, Pattern>> = {
  flat: () => 0.4,
  rows: (_, y) => (y >> 2) % 2,
  [STRANGE]: (x) => (x >> 2) % 2,
};

const { featurizer: model } = tinyResnet();
const featurizer: Pipeline = composePipeline({ preprocessing: TINY_PREPROCESSING, featurizer: model });

/** A folder with a few images of each class, and settings for a short training. */
async function data(scope: TestScope, patterns = PATTERNS) {
  const folder = await temporaryFolder(scope);
  for (const [seed, [name, pattern]] of Object.entries(patterns).entries()) {
    await writeImages(join(folder, 'data', name), 8, pattern, seed);
  }
  const options = {
    featurizer,
    data: join(folder, 'data'),
    cache: join(folder, 'cache'),
    threads: 1,
    epochs: 20,
    seed: 3,
  };
  return { folder, options };
}

describe('training a classifier', () => {
  test('makes a pipeline that knows the classes, and says how it was made', async (t) => {
    const { folder, options } = await data(t);
    const seen: TrainProgress[] = [];
    const out = join(folder, 'out');
    const trained = await trainClassifier({ ...options, out, onProgress: (each) => seen.push(each) });
    const { training } = trained;
    assert.deepEqual(trained.notes, []);
    assert.deepEqual(trained.features, { done: 24, total: 24, cached: 0, corrupt: 0 });
    assert.deepEqual((await readdir(out)).toSorted(), ['model.onnx', 'signature.json', 'training.json']);
    assert.deepEqual(JSON.parse(await readFile(join(out, 'training.json'), 'utf8')), training);
    const names = Object.keys(PATTERNS).toSorted();
    assert.deepEqual(
      training.data.classes,
      names.map((name) => ({ name, training: 6, validation: 2 })),
    );
    assert.deepEqual(training.featurizer.weights, 'random, seed 7');
    assert.equal(training.evaluation.on, 'validation');
    assert.equal(training.evaluation.accuracy, 1);
    assert.deepEqual(training.evaluation.confusion, [
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 2],
    ]);
    assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], ['features', 'training', 'checking']);
    await answersRight(out, options.data);
  });

  test('again computes nothing again, and the same seed gives the same bytes', async (t) => {
    const { folder, options } = await data(t);
    const bytesOf = async (name: string, more: Partial<TrainOptions> = {}) => {
      const out = join(folder, name);
      const { features } = await trainClassifier({ ...options, ...more, out });
      const files = ['model.onnx', 'signature.json', 'training.json'];
      return { features, files: await Promise.all(files.map((file) => readFile(join(out, file), 'hex'))) };
    };
    const first = await bytesOf('first');
    const second = await bytesOf('second');
    assert.equal(second.features.cached, 24);
    assert.deepEqual(second.files, first.files);
    const other = await bytesOf('other', { seed: 4, l2: 0.1, classWeights: 'balanced' });
    assert.equal(other.features.cached, 24);
    assert.notEqual(other.files[0], first.files[0]);
    const alone = await bytesOf('alone', { cache: false, threads: 2 });
    assert.equal(alone.features.cached, 0);
    assert.deepEqual(alone.files, first.files);
  });

  test('goes on from a pipeline in a folder, whose head it replaces, and validates with another folder', async (t) => {
    const { folder, options } = await data(t);
    const first = join(folder, 'first');
    await trainClassifier({ ...options, out: first });
    await writeImages(join(folder, 'held', 'rows'), 3, PATTERNS['rows'], 99);
    const again = { ...options, featurizer: first, validation: join(folder, 'held') };
    const { training, notes, pipeline } = await trainClassifier(again);
    assert.deepEqual([training.data.training, training.data.validation], [24, 3]);
    assert.deepEqual(training.evaluation.confusion, [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 3],
    ]);
    assert.equal(training.evaluation.classes[1]?.recall, null);
    assert.deepEqual(notes, [`Nothing validates ${JSON.stringify(STRANGE)}, "flat".`]);
    assert.deepEqual(pipeline.outputs, { output_alias: 'classifier/trained/predictions/Softmax:0' });
  });

  test('takes features from a model in a file, and from any tensor of it', async (t) => {
    const { folder, options } = await data(t);
    const network = join(folder, 'network');
    await savePipeline(featurizer, network);
    await rename(join(network, 'model.onnx'), join(network, 'own.onnx'));
    const file = { ...options, featurizer: join(network, 'own.onnx') };
    const whole = await trainClassifier(file);
    assert.deepEqual([whole.training.featurizer.name, whole.training.featurizer.features], ['own.onnx', 128]);
    const earlier = featurizer.model.graph.nodes.at(-1)?.inputs[0];
    const { training } = await trainClassifier({ ...file, featureTensor: earlier });
    assert.deepEqual([training.featurizer.output, training.featurizer.features], [earlier, 128]);
    assert.equal(training.evaluation.accuracy, 1);
  });

  test('tells images that are twice, elsewhere, or none', async (t) => {
    const { folder, options } = await data(t);
    const image = await readFile(join(options.data, 'flat', '0.png'));
    await writeFile(join(options.data, 'rows', 'flat.png'), image);
    await writeFile(join(options.data, 'rows', 'readme.txt'), 'Rows.');
    await writeFile(join(options.data, 'rows', 'x.jpg'), 'no image');
    await mkdir(join(folder, 'held', 'flat'), { recursive: true });
    await writeFile(join(folder, 'held', 'flat', '0.png'), image);
    const validation = join(folder, 'held');
    await assert.rejects(trainClassifier({ ...options, validation }), {
      code: 'invalid_argument',
      message: /data\/rows\/x\.jpg: the image is not a JPEG/,
    });
    const { notes, training } = await trainClassifier({ ...options, validation, skipUnreadable: true });
    assert.deepEqual(training.data.unreadable, ['rows/x.jpg']);
    assert.deepEqual(notes.slice(0, 4), [
      '1 files are no images, and were passed over: "rows/readme.txt".',
      '1 images cannot be read, and were passed over: "rows/x.jpg".',
      'The same image is in several classes: "flat/0.png = rows/flat.png = flat/0.png".',
      'The same image trains and validates, which flatters the result: "flat/0.png = rows/flat.png = flat/0.png".',
    ]);
    const none = await trainClassifier({ ...options, skipUnreadable: true, validationSplit: 0 });
    assert.equal(none.training.evaluation.on, 'training');
    assert.match(none.notes.join(' '), /Nothing validates: accuracy is that on the images of the training/);
  });

  test('refuses data of which nothing can be learned, before anything is computed', async (t) => {
    const { folder, options } = await data(t);
    const one = join(folder, 'one');
    await writeImages(join(one, 'rows'), 2);
    const refused = (more: Partial<TrainOptions>, message: RegExp, code = 'invalid_argument') =>
      assert.rejects(trainClassifier({ ...options, ...more }), { code, message });
    await refused({ data: join(folder, 'none') }, /There is no folder .*none/, 'not_found');
    await refused(
      { data: join(options.data, 'rows') },
      /it has no folders: there must be one for each class/,
    );
    await refused({ data: one }, /it has one folder, "rows"/);
    await mkdir(join(one, 'empty'));
    await refused({ data: one }, /there are no images in "empty"/);
    await refused({ validation: one }, /"empty" is no class to train; these are/);
    await writeFile(join(one, 'empty', 'a.gif'), 'broken');
    await refused({ data: one, skipUnreadable: true }, /No image of "empty" can be read/);
    await refused({ out: folder }, /is there already/, 'already_exists');
    await refused({ classWeights: { cat: 2 } }, /classWeights: there is no class "cat"/);
    await refused({ epochs: 0 }, /epochs is 0, and must be a whole number from 1/);
    await refused({ featurizer: 'ssdvgg' }, /ssdvgg finds objects/);
    await refused({ featurizer: join(folder, 'none') }, /is neither a network \(resnet50/, 'not_found');
    await refused({ randomWeights: 7 }, /randomWeights: a model has its own weights/);
    await refused({ featurizer: 'resnet50', home: folder }, /slipway accel pull resnet50/, 'not_found');
    await refused({ featureTensor: 'strange' }, /strange/);
  });

  test('goes on after a kill with what was computed', async (t) => {
    const { folder, options } = await data(t);
    await savePipeline(featurizer, join(folder, 'network'));
    const told = { ...options, featurizer: join(folder, 'network'), out: join(folder, 'out') };
    const program = `
      const { trainClassifier } = await import(${JSON.stringify(import.meta.resolve('./train-classifier.js'))});
      const onProgress = ({ done }) => done === 5 && process.kill(process.pid, 'SIGKILL');
      await trainClassifier({ ...${JSON.stringify(told)}, onProgress });`;
    const flags = ['--input-type=module', '--eval', program];
    const killed = await runProcess(t, process.execPath, flags, { env: { TMPDIR: folder } });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    const { features } = await trainClassifier(told);
    assert.ok(features.cached >= 5 && features.cached < features.total, `${features.cached}`);
    assert.equal(features.corrupt, 0);
  });

  test('leaves nothing when it is given up, wherever it is, but features', async (t) => {
    for (const phase of ['features', 'training', 'checking']) {
      const { folder, options } = await data(t);
      const giveUp = new AbortController();
      const reason = new SlipwayError('cancelled', 'Given up.');
      await assert.rejects(
        trainClassifier({
          ...options,
          epochs: 1_000_000,
          patience: phase === 'checking' ? 1 : 1_000_000,
          out: join(folder, 'out'),
          signal: giveUp.signal,
          onProgress: (each) => each.phase === phase && giveUp.abort(reason),
        }),
        (thrown) => thrown === reason,
        phase,
      );
      assert.deepEqual((await readdir(folder)).toSorted(), ['cache', 'data']);
    }
  });
});

/** Every image is most likely of the class whose folder it is in. */
async function answersRight(folder: string, images: string): Promise<void> {
  const pipeline = await openPipeline(folder);
  const { labels = [], preprocessing } = pipeline;
  assert.deepEqual(labels, Object.keys(PATTERNS).toSorted());
  await using open = await openModel(pipeline.model);
  const found = await findImages(images);
  for await (const { file, tensor } of prepareImages(found.images, preprocessing)) {
    const [answer] = Object.values(await open.run({ [preprocessing.input]: tensor }));
    const scores = Array.from(answer?.data as Float32Array);
    assert.equal(labels[scores.indexOf(Math.max(...scores))], file.name.split('/')[0]);
  }
}
