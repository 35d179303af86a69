// The FPGA flow's model, converted and served: its clients send images under TensorFlow's names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPredictionClient, type ScoreOptions, type TensorClient } from '@slipway/sdk';
import { createGrpcPredictionClient } from '@slipway/sdk/grpc';
import { onTestEnd } from '@slipway/testkit';
import { serveModels } from '../harness/served-models.ts';
import { answerOf, images } from './answers.ts';
import { convert } from './converted.ts';

/** Names of the images, and that of the scores in the answer to each. */
const NAMES = [
  ['Placeholder:0', 'classifier/resnet_v1_50/predictions/Softmax:0'],
  ['Placeholder', 'classifier/resnet_v1_50/predictions/Softmax'],
  ['images', 'output_alias'],
] as const;

/** PNG, as TensorFlow's other way to decode JPEG is no matter of the service. */
const SENT = ['enlarged.png', 'palette.png'];

test('images come as strings under the name of the tensor, without its number, and by the key of the signature', async (t) => {
  const { onnx, signature, metadata } = await convert(t, 'flow-saved-model', {});
  assert.equal(metadata['tensorflow.inputs'], '{"images":"Placeholder:0"}');
  assert.equal(
    metadata['tensorflow.images'],
    '{"Placeholder:0":"map_normalize_jpeg/TensorArrayStack/TensorArrayGatherV3:0"}',
  );
  const model = { name: 'resnet50', version: 1, onnx, signature };
  const { key, gateway } = await serveModels(t, { service: 'flow', models: [model] });
  const client = createGrpcPredictionClient({
    url: `http://127.0.0.1:${gateway.port}`,
    protocol: 'tfserving',
    credential: key,
  });
  onTestEnd(t, () => client.close());
  for (const [name, scores] of NAMES) assertScores(await score(client, name, scores), SENT);
  for (const protocol of ['azure', 'tfserving', 'oip'] as const) {
    const named = protocol === 'azure' ? {} : { model: 'resnet50' };
    const url = `http://127.0.0.1:${gateway.port}/api/v1/service/flow`;
    const rest = createPredictionClient({ url, protocol, credential: key, ...named });
    onTestEnd(t, () => rest.close());
    for (const [name, scores] of NAMES) {
      // TensorFlow Serving's answers do not name an only output.
      const options = protocol === 'tfserving' ? { outputs: [scores] } : {};
      assertScores(await score(rest, name, scores, options), SENT);
    }
  }
});

async function score(
  client: TensorClient,
  name: string,
  output: string,
  options: ScoreOptions = {},
): Promise<Float32Array> {
  const sent = images();
  const data = SENT.map((image) => sent.get(image) ?? Buffer.alloc(0));
  const inputs = [{ name, datatype: 'BYTES', shape: [SENT.length], data }] as const;
  const { outputs } = await client.scoreTensors(inputs, options);
  const scores = outputs[output];
  assert.ok(scores?.data instanceof Float32Array, `The answer has ${Object.keys(outputs).join(', ')}.`);
  return scores.data;
}

function assertScores(found: Float32Array, names: readonly string[]): void {
  const expected = names.flatMap((name) => [...answerOf('flow', name).scores]);
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs(value - (found[index] ?? Number.NaN)) < 1e-5, `score ${index}`);
}
