import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { composePipeline } from '../../pipeline/compose-pipeline.ts';
import { TINY_PREPROCESSING, tinyResnet } from '../../pipeline/tiny-network.test.helper.ts';
import { findImages } from '../../samples/find-images.ts';
import { computeFeatures } from '../features/compute-features.ts';
import { headModel } from '../head/head-model.ts';
import { type LinearModel, zeroModel } from '../head/linear-model.ts';
import { writeImages } from '../images.test.helper.ts';
import { checkAnswers } from './check-answers.ts';

test('a pipeline that does not answer as its head does is found out', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImages(folder, 2);
  const { images } = await findImages(folder);
  const { featurizer } = tinyResnet();
  const [output = { metadata: [] }] = featurizer.graph.outputs;
  const { preprocessing } = composePipeline({ preprocessing: TINY_PREPROCESSING, featurizer });
  const computed = await computeFeatures(
    { preprocessing, model: featurizer, output: output.name ?? '' },
    images.map((file) => ({ file })),
    { cache: undefined, threads: 1 },
  );
  const known = computed.images.map(({ image, features }) => ({ file: image.file, features }));
  const trained: LinearModel = { ...zeroModel(128, 2), weights: new Float64Array(256).fill(0.01, 0, 128) };
  const head = headModel(trained, output, featurizer);
  const pipeline = composePipeline({ preprocessing, featurizer, head, labels: ['a', 'b'] });
  await checkAnswers(pipeline, trained, known);
  const swapped = { ...trained, weights: trained.weights.toReversed() };
  await assert.rejects(checkAnswers(pipeline, swapped, known), {
    code: 'internal',
    message: /0\.png: the pipeline answers otherwise than what was trained/,
  });
});
