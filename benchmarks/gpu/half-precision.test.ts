import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  buildNetwork,
  CATALOGUE,
  type ResNet,
  randomWeights,
  withClassifier,
} from '@slipway/graph/catalogue';
import { checkModel, type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { toHalfPrecision } from './half-precision.ts';

const SIDE = 48;

/** Numbers of FP16 have eleven bits; a few layers add up to some of their last ones. */
const TOLERANCE = 0.02;

test('a network in half precision takes and gives what it took and gave', async (t) => {
  const network: ResNet = {
    ...(CATALOGUE.resnet50.network as ResNet),
    input: { ...CATALOGUE.resnet50.network.input, side: SIDE },
    classes: 10,
    width: 4,
    units: [1, 1, 1, 1],
  };
  const model = withClassifier(buildNetwork(network, randomWeights(network, 7)));
  const half = toHalfPrecision(model);
  assert.deepEqual(checkModel(half), []);
  assert.ok(half.graph.initializers.every(({ elementType }) => elementType !== 'float'));
  const folder = await temporaryFolder(t);
  const [expected, answer] = await Promise.all([run(model, folder, 'float'), run(half, folder, 'half')]);
  assert.equal(answer.length, expected.length);
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs((answer[index] ?? Number.NaN) - value) <= TOLERANCE, `class ${index}`);
});

async function run(model: OnnxModel, folder: string, name: string): Promise<Float32Array> {
  const file = join(folder, `${name}.onnx`);
  await writeModel(model, file);
  const session = await InferenceSession.create(file);
  const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, at) => 100 * Math.sin(at));
  const input = session.inputNames[0] as string;
  const outputs = await session.run({ [input]: new Tensor('float32', pixels, [1, SIDE, SIDE, 3]) });
  await session.release();
  return Object.values(outputs)[0]?.data as Float32Array;
}
