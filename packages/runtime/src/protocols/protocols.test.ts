import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitMlp, identityModel, seededRandom } from '@slipway/testkit';
import { fixture } from '../images/image-fixtures.ts';
import { openService } from './service-fixtures.ts';

const PIXELS = Array.from({ length: 784 }, seededRandom(5)).map(Math.fround);
const DIGITS = { name: 'digits', version: 2, bytes: digitMlp() };

interface Row {
  readonly path: string;
  readonly body: object;
  /** The probabilities in the answer. */
  readonly read: (answer: never) => readonly number[];
}

const ROWS: readonly Row[] = [
  { path: '/score', body: { data: [PIXELS] }, read: (answer: Azure) => answer.outputs.probabilities[0] },
  {
    path: '/v1/models/digits:predict',
    body: { instances: [PIXELS] },
    read: (answer: Predictions) => answer.predictions[0],
  },
  {
    path: '/v1/models/digits/versions/2:predict',
    body: { inputs: { image: [PIXELS] } },
    read: (answer: Outputs) => answer.outputs[0],
  },
  {
    path: '/v2/models/digits/infer',
    body: { inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 784], data: PIXELS }] },
    read: (answer: Inference) => answer.outputs[0].data,
  },
];

interface Azure {
  readonly outputs: { readonly probabilities: readonly [readonly number[]] };
}
interface Predictions {
  readonly predictions: readonly [readonly number[]];
}
interface Outputs {
  readonly outputs: readonly [readonly number[]];
}
interface Inference {
  readonly outputs: readonly [{ readonly data: readonly number[] }];
}

test('the same digit has the same probabilities to the last bit in every protocol', async (t) => {
  const { url, context } = await openService(t, { models: [DIGITS] });
  let first: Float32Array | undefined;
  for (const { path, body, read } of ROWS) {
    const response = await fetch(url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: JSON_BODY,
    });
    assert.equal(response.status, 200, path);
    const probabilities = Float32Array.from(read((await response.json()) as never));
    assert.equal(probabilities.length, 10);
    first ??= probabilities;
    assert.deepEqual(probabilities, first, path);
  }
  await assertCountsAgree(url, ROWS.length);
  assert.equal(context.statistics.of({ name: 'digits', version: 2 }).inferenceCount, ROWS.length);
});

const JSON_BODY = { 'content-type': 'application/json' };

/** The statistics of the model and the metrics, under each of their names, tell of the same requests and the same time. */
async function assertCountsAgree(url: string, requests: number): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const stats = (await (await fetch(`${url}/v2/models/digits/stats`)).json()) as Stats;
  const [{ inference_stats: told, inference_count, execution_count }] = stats.model_stats;
  assert.equal(told.success.count, requests);
  const counts: Readonly<Record<string, number>> = {
    slipway_model_requests_total: requests + told.fail.count,
    slipway_model_failures_total: told.fail.count,
    slipway_model_in_flight: 0,
    slipway_batch_size_count: requests,
    nv_inference_request_success: requests,
    nv_inference_request_failure: told.fail.count,
    nv_inference_count: inference_count,
    nv_inference_exec_count: execution_count,
    ':tensorflow:serving:request_count': requests + told.fail.count,
    ':tensorflow:serving:request_latency_count': requests,
  };
  for (const [name, count] of Object.entries(counts)) assert.equal(sumOf(metrics, name), count, name);
  for (const [ours, tritons, { count, ns }] of [
    ['slipway_request_duration_seconds', 'nv_inference_request_duration_us', told.success],
    ['slipway_queue_duration_seconds', 'nv_inference_queue_duration_us', told.queue],
    ['slipway_run_duration_seconds', 'nv_inference_compute_infer_duration_us', told.compute_infer],
  ] as const) {
    assert.equal(sumOf(metrics, `${ours}_count`), count, ours);
    assert.ok(Math.abs(ns / 1e9 - sumOf(metrics, `${ours}_sum`)) < 1e-6, ours);
    assert.equal(sumOf(metrics, tritons), Math.round(ns / 1e3), tritons);
  }
}

/** The values of a metric under all its labels together. */
function sumOf(metrics: string, name: string): number {
  const values = [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

interface Duration {
  readonly count: number;
  readonly ns: number;
}
interface Stats {
  readonly model_stats: readonly [
    {
      readonly inference_count: number;
      readonly execution_count: number;
      readonly inference_stats: Record<'success' | 'fail' | 'queue' | 'compute_infer', Duration>;
    },
  ];
}

const IMAGES = {
  name: 'pixels',
  bytes: identityModel('FP32', ['batch', 2, 2, 3]),
  signature: {
    kind: 'ModelSignature',
    inputs: {
      input: {
        image: { name: 'photo', width: 2, height: 2, resize: 'nearest', fit: 'stretch', layout: 'NHWC' },
      },
    },
  },
};

test('an image may come raw, in a form or as base64, by every protocol, and is the same pixels', async (t) => {
  const { url } = await openService(t, { models: [IMAGES, DIGITS] });
  const photo = fixture('photo.jpg');
  const b64 = { b64: photo.toString('base64') };
  const json = (body: object) => ({ headers: JSON_BODY, body: JSON.stringify(body) });
  const raw = { headers: { 'content-type': 'image/jpeg' }, body: photo };
  const form = () => {
    const body = new FormData();
    body.set('file', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
    return { body };
  };
  const tensor = { name: 'photo', datatype: 'BYTES', shape: [1], data: [b64] };
  const rows: [string, RequestInit][] = [
    ['/score', raw],
    ['/score', form()],
    ['/score', json({ data: [b64] })],
    ['/v1/models/pixels:predict', raw],
    ['/v1/models/pixels:predict', form()],
    ['/v1/models/pixels:predict', json({ instances: [b64] })],
    ['/v1/models/pixels:predict', json({ inputs: { photo: [b64] } })],
    ['/v2/models/pixels/infer', raw],
    ['/v2/models/pixels/infer', form()],
    ['/v2/models/pixels/infer', json({ inputs: [tensor] })],
  ];
  let first: readonly unknown[] | undefined;
  for (const [path, init] of rows) {
    const response = await fetch(url + path, { method: 'POST', ...init });
    const text = await response.text();
    assert.equal(response.status, 200, `${path}: ${text}`);
    const numbers = elementsOf(JSON.parse(text));
    assert.equal(numbers.length, 12, text);
    first ??= numbers;
    assert.deepEqual(numbers, first, path);
  }
  for (const [path, error] of [
    ['/score', /"message":/],
    ['/v1/models/pixels:predict', /"error":/],
    ['/v2/models/pixels/infer', /"error":/],
  ] as const) {
    const post = (target: string, type: string) =>
      fetch(url + target, {
        method: 'POST',
        headers: { 'content-type': type },
        body: photo.subarray(0, 500),
      });
    const damaged = await post(path, 'image/jpeg');
    assert.equal(damaged.status, 400, path);
    assert.match(await damaged.text(), error);
    const form = await post(path, 'multipart/form-data');
    assert.equal(form.status, 400, path);
  }
  const swagger = await (await fetch(`${url}/swagger.json`)).text();
  assert.match(swagger, /"data":\{"type":"array","items":\{"type":"object",[^}]*"properties":\{"b64":/);
  const digits = await fetch(`${url}/v2/models/digits/infer`, { method: 'POST', ...raw });
  assert.equal(digits.status, 415);
  assert.match(
    await digits.text(),
    /whose only input is declared as an image; model \\"digits\\" takes \\"image\\"/,
  );
});

/** The elements of the only output, in whatever shape the answer has. */
function elementsOf(answer: {
  readonly predictions?: readonly unknown[];
  readonly outputs?: { readonly output?: unknown[]; readonly 0?: { readonly data?: unknown[] } };
}): unknown[] {
  const { predictions, outputs } = answer;
  return [predictions ?? outputs?.output ?? outputs?.[0]?.data ?? outputs].flat(Number.POSITIVE_INFINITY);
}

const SAME = { name: 'same', bytes: identityModel('FP32', ['batch']) };

test('versions are found by number and label, and those that left or failed are told', async (t) => {
  const versions = [2, 10].map((version) => ({
    ...SAME,
    version,
    labels: [version === 2 ? 'stable' : 'canary'],
  }));
  const { url, context } = await openService(t, { models: versions });
  const version = async (path: string) => {
    const body = JSON.stringify({ inputs: [{ name: 'input', datatype: 'FP32', shape: [1], data: [1] }] });
    const response = await fetch(`${url}/v2/models/same${path}/infer`, { method: 'POST', body });
    const answer = (await response.json()) as { model_version?: string; error?: string };
    return answer.model_version ?? answer.error;
  };
  const rows: [string, string][] = [
    ['', '10'],
    ['/versions/2', '2'],
    ['/versions/stable', '2'],
    ['/versions/canary', '10'],
    ['/versions/9', "Request for unknown model: 'same' version 9 is not found"],
    ['/versions/nobody', "Request for unknown model: 'same' version nobody is not found"],
  ];
  for (const [path, expected] of rows) assert.equal(await version(path), expected, path);
  const predict = async (path: string) => {
    const body = '{"instances":[1]}';
    const response = await fetch(`${url}/v1/models/same${path}:predict`, { method: 'POST', body });
    return [response.status, await response.json()];
  };
  assert.deepEqual(await predict('/labels/stable'), [200, { predictions: [1] }]);
  assert.deepEqual(await predict('/labels/nobody'), [
    400,
    { error: 'Unrecognized servable version label: nobody' },
  ]);

  await context.dataPlane()?.unloadModel('same', 10);
  const status = (await (await fetch(`${url}/v1/models/same`)).json()) as VersionStates;
  assert.deepEqual(
    status.model_version_status.map(({ version: number, state }) => [number, state]),
    [
      ['10', 'END'],
      ['2', 'AVAILABLE'],
    ],
  );
  assert.equal(await version(''), '2');
  const index = async (body: string) =>
    (await fetch(`${url}/v2/repository/index`, { method: 'POST', body })).json() as Promise<object[]>;
  assert.deepEqual((await index('{"ready":true}')).length, 1);
  assert.deepEqual((await index('')).length, 2);
});

interface VersionStates {
  readonly model_version_status: readonly { readonly version: string; readonly state: string }[];
}
