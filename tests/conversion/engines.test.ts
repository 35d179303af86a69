// Both engines with real TensorFlow: SLIPWAY_TENSORFLOW names a Python that has it with tf2onnx, or says `build` for the
// environment that the server builds from PyPI. npm run test:heavy -- conversion
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConvertOptions, Environment, Model } from '@slipway/sdk';
import { startInstallation } from '../harness/installation.ts';

const FIXTURES = join(import.meta.dirname, '../../packages/graph/fixtures');

const MODELS: readonly (readonly [path: string, options: ConvertOptions])[] = [
  ['tensorflow/tf1-saved-model', {}],
  ['tensorflow/tf1-checkpoint', { inputs: ['network/X'], outputs: ['network/output/MatMul'] }],
  ['tensorflow/tf2-saved-model', {}],
  ['tensorflow/frozen.pb', {}],
  ['tensorflow/keras-export', {}],
];

/** Of the signal; what is 0 does not depend on the machine. */
const LARGEST_ERROR = 1e-3;

const tensorflow = process.env['SLIPWAY_TENSORFLOW'];
const skip =
  tensorflow === undefined &&
  'NOT RUN: no TensorFlow. SLIPWAY_TENSORFLOW names a Python with tensorflow and tf2onnx; npm run test:heavy runs it.';

test('both engines convert, and answer as TensorFlow does', { skip }, async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const environment = tensorflow === 'build' ? undefined : 'tensorflow';
  if (environment !== undefined) {
    await Environment.fromExistingInterpreter(environment, tensorflow ?? '').register({ workspace });
  }
  for (const [path, options] of MODELS) {
    const modelName = path.replaceAll(/[^a-z0-9]+/g, '-');
    const source = await Model.register({ workspace, modelPath: join(FIXTURES, path), modelName });
    for (const engine of ['python', 'native'] as const) {
      const built = environment ?? 'slipway-tf2onnx';
      const where = engine === 'python' ? { environment } : { environment: built };
      const conversion = await source.convert({
        ...options,
        ...where,
        engine,
        name: `${modelName}-${engine}`,
      });
      const { id, conversion: report } = await conversion.wait();
      const { converter, trials, tensorflow: version } = report ?? assert.fail();
      assert.match(converter, engine === 'python' ? /^tf2onnx .* with TensorFlow / : /^slipway /);
      assert.notEqual(version, null);
      for (const { error } of trials) assert.ok(error !== null && error <= LARGEST_ERROR, `${id}: ${error}`);
      if (path !== MODELS[0]?.[0]) continue;
      const again = await source.convert({ ...options, ...where, engine, name: `${modelName}-${engine}` });
      assert.equal((await again.wait()).id, id, 'the same bytes');
    }
  }
});
