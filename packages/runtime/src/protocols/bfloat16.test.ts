import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel } from '@slipway/testkit';
import { startReplica } from '../replica-fixtures.ts';
import { callMethod, openClient } from './grpc/client-fixtures.ts';
import * as oip from './oip/grpc/codec/infer-messages.ts';
import * as serving from './tfserving/grpc/codec/serving-messages.ts';

const INFER = [oip.MODEL_INFER_REQUEST, oip.MODEL_INFER_RESPONSE] as const;
const PREDICT = [serving.PREDICT_REQUEST, serving.PREDICT_RESPONSE] as const;

/** A batch of two: 1, -0 and infinity; NaN, the least above 0 and the largest. */
const PATTERNS = Uint16Array.of(0x3f80, 0x8000, 0x7f80, 0x7fc0, 0x0001, 0x7f7f);
const RAW = Buffer.from(PATTERNS.buffer);
const SHAPE = [2, 3];

test('BF16 is told in metadata and comes through every protocol that has it', async (t) => {
  const { url, port } = await startReplica(t, { model: identityModel('BF16', ['batch', 3]) });
  const client = openClient(t, port);
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  await t.test('Open Inference: metadata', async () => {
    const metadata = (await (await fetch(`${url}/v2/models/digits`)).json()) as {
      readonly inputs: unknown;
      readonly outputs: unknown;
    };
    assert.deepEqual(metadata.inputs, [{ name: 'input', datatype: 'BF16', shape: [-1, 3] }]);
    assert.deepEqual(metadata.outputs, [{ name: 'output', datatype: 'BF16', shape: [-1, 3] }]);
  });

  await t.test('Open Inference: binary tensors', async () => {
    const parameters = { binary_data_size: RAW.length };
    const header = JSON.stringify({
      inputs: [{ name: 'input', datatype: 'BF16', shape: SHAPE, parameters }],
      parameters: { binary_data_output: true },
    });
    const response = await post('/v2/models/digits/infer', Buffer.concat([Buffer.from(header), RAW]), {
      'inference-header-content-length': String(header.length),
    });
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(response.status, 200, body.toString());
    const told = Number(response.headers.get('inference-header-content-length'));
    const [output] = JSON.parse(body.toString('utf8', 0, told)).outputs;
    assert.deepEqual([output.datatype, output.shape], ['BF16', SHAPE]);
    assert.deepEqual(body.subarray(told), RAW);
  });

  await t.test('Open Inference: JSON cannot carry it', async () => {
    const input = { name: 'input', datatype: 'BF16', shape: [1, 3], data: [1, 2, 3] };
    const response = await post('/v2/models/digits/infer', JSON.stringify({ inputs: [input] }));
    assert.equal(response.status, 400);
    assert.match(await response.text(), /BF16 data via JSON is not supported/);
  });

  await t.test('Open Inference: gRPC', async () => {
    const answer = await callMethod(client, '/inference.GRPCInferenceService/ModelInfer', INFER, {
      modelName: 'digits',
      inputs: [{ name: 'input', datatype: 'BF16', shape: SHAPE }],
      rawInputContents: [RAW],
    });
    assert.deepEqual([answer.outputs[0]?.datatype, answer.outputs[0]?.shape], ['BF16', SHAPE]);
    assert.deepEqual(Buffer.from(answer.rawOutputContents[0] ?? []), RAW);
  });

  await t.test('TensorFlow Serving: gRPC, packed and typed', async () => {
    const head = {
      dtype: 'DT_BFLOAT16',
      tensorShape: { dim: SHAPE.map((size) => ({ size })) },
    } as const;
    for (const values of [{ tensorContent: RAW }, { halfVal: [...PATTERNS] }]) {
      const { outputs } = await callMethod(client, '/tensorflow.serving.PredictionService/Predict', PREDICT, {
        inputs: new Map([['input', { ...head, ...values }]]),
      });
      const output = outputs.get('output');
      assert.equal(output?.dtype, 'DT_BFLOAT16');
      const typed = Uint16Array.from(output?.halfVal ?? []);
      const content = Buffer.from(output?.tensorContent ?? []);
      assert.deepEqual(content.length > 0 ? content : Buffer.from(typed.buffer), RAW);
    }
  });

  await t.test('TensorFlow Serving: JSON cannot carry it', async () => {
    const response = await post('/v1/models/digits:predict', '{"instances":[[1,2,3]]}');
    assert.equal(response.status, 501);
  });

  await t.test("Azure's protocol: numbers, rounded to BF16", async () => {
    const response = await post('/score', '{"data":[[1,-0.0,Infinity],[NaN,0.1,-2]]}');
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.match(text, /\[\[1\.0,-0\.0,Infinity\],\[NaN,0\.100097656,-2\.0\]\]/);
  });
});
