import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '@slipway/contract';
import { rawBytes } from '../elements.ts';
import type { HttpAnswer } from '../http-send.ts';
import type { ModelCall } from '../model-call.ts';
import { AZURE } from './azure.ts';
import { openInference } from './open-inference.ts';
import { TENSORFLOW_SERVING } from './tfserving.ts';

const CALL: ModelCall = { model: 'm', version: undefined, signature: undefined, outputs: undefined };
const FLOATS: Tensor = { name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.5, Number.NaN) };
const LONGS: Tensor = { name: 'n', datatype: 'INT64', shape: [], data: BigInt64Array.of(2n ** 60n) };
const HALVES: Tensor = { name: 'h', datatype: 'FP16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) };
const WORDS: Tensor = {
  name: 's',
  datatype: 'BYTES',
  shape: [2],
  data: [Buffer.from('é'), Uint8Array.of(0xff)],
};

function answerOf(body: string | Uint8Array, headers: Record<string, string> = {}): HttpAnswer {
  return { status: 200, headers, body: new Uint8Array(Buffer.from(body)) };
}

const never = () => Promise.reject(new Error('asked'));

test('/score takes nested arrays, with all that JSON has no word for', () => {
  const { path, body } = AZURE.encode([FLOATS, LONGS, HALVES, WORDS], { ...CALL, outputs: ['y'] });
  assert.equal(path, '/score');
  assert.equal(
    body,
    '{"inputs":{"x":[[0.5,NaN]],"n":1152921504606846976,"h":[1,-2],"s":["é",{"b64":"/w=="}]},"outputs":["y"]}',
  );
});

test('TensorFlow Serving takes columns, and bytes in base64 alone', () => {
  const call = { ...CALL, version: '3', signature: 'other' };
  const { path, body } = TENSORFLOW_SERVING.encode([FLOATS, WORDS], call);
  assert.equal(path, '/v1/models/m/versions/3:predict');
  assert.equal(
    body,
    '{"signature_name":"other","inputs":{"x":[[0.5,NaN]],"s":[{"b64":"w6k="},{"b64":"/w=="}]}}',
  );
  assert.equal(
    TENSORFLOW_SERVING.scorePath({ ...CALL, version: 'canary' }),
    '/v1/models/m/labels/canary:predict',
  );
  assert.throws(() => TENSORFLOW_SERVING.scorePath({ ...CALL, model: '' }), { code: 'invalid_argument' });
});

test('TensorFlow Serving answers with one output bare and several by name', async () => {
  const y = { name: 'y', datatype: 'INT64', shape: [null] } as const;
  const z = { name: 'z', datatype: 'BYTES', shape: [null] } as const;
  const one = await TENSORFLOW_SERVING.decode(
    answerOf('{"outputs": [9007199254740993, 1]}'),
    CALL,
    async () => ({
      inputs: [],
      outputs: [y],
    }),
  );
  assert.deepEqual(one.outputs['y']?.data, BigInt64Array.of(9007199254740993n, 1n));
  const two = await TENSORFLOW_SERVING.decode(
    answerOf('{"outputs": {"y": [1], "z": [{"b64": "/w=="}]}}'),
    CALL,
    async () => ({ inputs: [], outputs: [y, z] }),
  );
  assert.deepEqual(two.outputs['z']?.data, [Uint8Array.of(0xff)]);
});

test('Open Inference takes raw tensors behind the JSON that says where they are', () => {
  const inputs = [FLOATS, LONGS, HALVES, WORDS];
  const { path, headers, body } = openInference({ binary: true }).encode(inputs, { ...CALL, version: '2' });
  assert.equal(path, '/v2/models/m/versions/2/infer');
  assert.ok(body instanceof Uint8Array);
  const length = Number(headers['inference-header-content-length']);
  const head = JSON.parse(Buffer.from(body.subarray(0, length)).toString());
  assert.deepEqual(
    head.inputs.map((input: { parameters: unknown }) => input.parameters),
    [8, 8, 4, 11].map((binary_data_size) => ({ binary_data_size })),
  );
  assert.deepEqual(Buffer.from(body.subarray(length)), Buffer.concat(inputs.map(rawBytes)));
});

test('Open Inference in JSON sends raw what JSON cannot hold', () => {
  const { body } = openInference({ binary: false }).encode([FLOATS], CALL);
  assert.equal(body, '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[0.5,NaN]}]}');
  const mixed = openInference({ binary: false }).encode([FLOATS, HALVES], CALL);
  assert.ok(mixed.body instanceof Uint8Array);
});

test('Open Inference answers come raw, in JSON, or both', async () => {
  const head = JSON.stringify({
    model_name: 'm',
    model_version: '1',
    outputs: [
      { name: 'a', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } },
      { name: 'b', datatype: 'BYTES', shape: [2], data: ['é', 'x'] },
      { name: 'c', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 5 } },
      { name: 'd', datatype: 'INT32', shape: [1, 2], data: [[1, 2]] },
    ],
  });
  const raw = Buffer.concat([rawBytes({ ...FLOATS, shape: [2] }), Buffer.from([1, 0, 0, 0, 0xff])]);
  const answer = answerOf(Buffer.concat([Buffer.from(head), raw]), {
    'inference-header-content-length': String(Buffer.byteLength(head)),
  });
  const { outputs, modelVersion } = await openInference({ binary: true }).decode(answer, CALL, never);
  assert.deepEqual(outputs['a']?.data, FLOATS.data);
  assert.deepEqual(outputs['b']?.data, [new Uint8Array(Buffer.from('é')), new Uint8Array(Buffer.from('x'))]);
  assert.deepEqual(outputs['c']?.data, [Uint8Array.of(0xff)]);
  assert.deepEqual(outputs['d']?.data, Int32Array.of(1, 2));
  assert.equal(modelVersion, '1');
  const chosen = await openInference({ binary: true }).decode(
    answer,
    { ...CALL, outputs: ['d', 'a'] },
    never,
  );
  assert.deepEqual(Object.keys(chosen.outputs), ['d', 'a']);
  const missing = openInference({ binary: true }).decode(answer, { ...CALL, outputs: ['z'] }, never);
  await assert.rejects(missing, {
    code: 'invalid_argument',
    message: /no output "z": it answered with a, b, c, d/,
  });
});

const BROKEN: readonly [string, unknown, string?][] = [
  ['no outputs', {}],
  ['a datatype that is none', { outputs: [{ name: 'a', datatype: 'FP33', shape: [1], data: [1] }] }],
  ['too few elements', { outputs: [{ name: 'a', datatype: 'FP32', shape: [2], data: [1] }] }],
  [
    'raw data that is not there',
    { outputs: [{ name: 'a', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } }] },
  ],
  ['a header length beyond it', { outputs: [] }, '99999'],
  ['a header length that is none', { outputs: [] }, 'x'],
];
for (const [what, body, length] of BROKEN) {
  test(`an Open Inference answer with ${what} is broken`, async () => {
    const answer = answerOf(JSON.stringify(body), {
      ...(length !== undefined && { 'inference-header-content-length': length }),
    });
    await assert.rejects(openInference({ binary: true }).decode(answer, CALL, never), { code: 'internal' });
  });
}
