import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';
import { addModel, identityModel } from '@slipway/testkit';
import { keyAuth } from '../../../replica-fixtures.ts';
import { openService } from '../../service-fixtures.ts';

const MODELS = [
  { name: 'sum', version: 3, bytes: addModel() },
  { name: 'same', bytes: identityModel('FP32', ['batch']) },
];

const input = (name: string, data: string, shape = '[1,2]') =>
  `{"name":"${name}","datatype":"FP32","shape":${shape},"data":${data}}`;
const SUM = `{"id":"7","inputs":[${input('a', '[1,2]')},${input('b', '[[3,4]]')}]}`;
const FOUR = { name: 'sum', datatype: 'FP32', shape: [1, 2], data: [4, 6] };

test('every route answers as the stock servers do', async (t) => {
  const { url } = await openService(t, { models: MODELS });
  const answered = { id: '7', model_name: 'sum', model_version: '3', outputs: [FOUR] };
  const rows: [string, string | undefined, number, unknown][] = [
    ['/v2/health/live', undefined, 200, { live: true }],
    ['/v2/health/ready', undefined, 200, { ready: true, live: true }],
    ['/v2', undefined, 200, /^\{"name":"slipway","version":"[^"]+","extensions":\["classification",/],
    ['/v2/', undefined, 200, /"binary_tensor_data"/],
    ['/v2/models/sum/ready', undefined, 200, { name: 'sum', ready: true }],
    ['/v2/models/sum/versions/3/ready', undefined, 200, { name: 'sum', ready: true }],
    ['/v2/models/test/ready', undefined, 200, { name: 'test', ready: true }],
    [
      '/v2/models/same',
      undefined,
      200,
      {
        name: 'same',
        versions: ['1'],
        platform: 'onnxruntime_onnx',
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1] }],
        outputs: [{ name: 'output', datatype: 'FP32', shape: [-1] }],
      },
    ],
    [
      '/v2/models/sum/config',
      undefined,
      200,
      /"max_batch_size":\d+,"input":\[\{"name":"a","data_type":"TYPE_FP32","dims":\[2\]\}/,
    ],
    ['/v2/models/sum/infer', SUM, 200, answered],
    ['/v2/models/sum/versions/3/infer', SUM, 200, answered],
    ['/v2/models/sum/stats', undefined, 200, /"name":"sum","version":"3",.*"inference_count":2,/],
    ['/v2/models/test/stats', undefined, 200, /"name":"sum","version":"3"/],
    ['/v2/models/stats', undefined, 200, /"name":"same"/],
    [
      '/v2/repository/index',
      '{"ready":true}',
      200,
      [
        { name: 'sum', version: '3', state: 'READY' },
        { name: 'same', version: '1', state: 'READY' },
      ],
    ],
    // What is wrong.
    ['/v2/models/foo', undefined, 404, "Request for unknown model: 'foo' is not found"],
    ['/v2/models/foo/ready', undefined, 404, "Request for unknown model: 'foo' is not found"],
    ['/v2/models/sum/versions/9/infer', SUM, 404, "Request for unknown model: 'sum' version 9 is not found"],
    [
      '/v2/models/sum/infer',
      `{"inputs":[${input('a', '[1,2]')}]}`,
      400,
      /^\{"error":"expected 2 inputs but got 1 inputs for model 'sum'/,
    ],
    [
      '/v2/models/same/infer',
      `{"inputs":[${input('input', '[1]', '[2]')}]}`,
      400,
      /shape does not match true shape/,
    ],
    ['/v2/models/sum/infer', undefined, 405, 'Method Not Allowed'],
    ['/v2/nothing', undefined, 404, 'Not Found'],
    ['/v2/models/a%2Fb', undefined, 400, /path traversal/],
    ['/v2/repository/models/sum/load', '', 403, /explicit model load \/ unload is not allowed/],
    ['/v2/repository/models/sum/unload', '', 403, /^\{"error":"failed to unload 'sum'/],
    [
      '/v2/models/sum/infer',
      'x'.repeat(1_000_001),
      400,
      /request JSON size of 1000001 bytes exceeds the maximum allowed input size/,
    ],
  ];
  for (const [path, body, status, expected] of rows) {
    const response = await fetch(url + path, body === undefined ? {} : { method: 'POST', body });
    const text = await response.text();
    assert.equal(response.status, status, `${path} ${text}`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const answer = JSON.parse(text);
    if (status !== 200) assert.deepEqual(Object.keys(answer), ['error']);
    if (expected instanceof RegExp) assert.match(text, expected, path);
    else assert.deepEqual(answer, typeof expected === 'string' ? { error: expected } : expected, path);
  }
});

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

test('tensors come and go as raw bytes', async (t) => {
  const { url } = await openService(t, { models: MODELS });
  const post = async (headers: Record<string, string>, body: Buffer) => {
    const response = await fetch(`${url}/v2/models/same/infer`, { method: 'POST', headers, body });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const json = Buffer.from(
    '{"inputs":[{"name":"input","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}}',
  );
  const both = Buffer.concat([json, floats(1.5, 2)]);
  const length = { 'inference-header-content-length': String(json.length) };
  const bodies: [Record<string, string>, Buffer][] = [
    [length, both],
    [{ ...length, 'content-encoding': 'gzip' }, gzipSync(both)],
    [{ ...length, 'content-encoding': 'deflate' }, deflateSync(both)],
    [{ 'inference-header-content-length': '0' }, floats(1.5)],
  ];
  for (const [headers, body] of bodies) {
    const { response, bytes } = await post(headers, body);
    assert.equal(response.status, 200, bytes.toString());
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    const header = Number(response.headers.get('inference-header-content-length'));
    const [output] = JSON.parse(bytes.toString('utf8', 0, header)).outputs;
    const raw = bytes.subarray(header);
    assert.equal(output.parameters.binary_data_size, raw.length);
    assert.equal(raw.readFloatLE(0), 1.5);
  }
  const cases: [string, RegExp][] = [
    ['9'.repeat(30), /out of range/],
    ['x', /Unable to parse/],
    [String(json.length - 1), /^/],
    ['5000', /should be in range/],
  ];
  for (const [value, message] of cases) {
    const { response, bytes } = await post({ 'inference-header-content-length': value }, both);
    assert.equal(response.status, 400, value);
    assert.match(JSON.parse(bytes.toString()).error, message);
  }
});

test('large answers are packed for callers that accept it, and raw ones may be megabytes', async (t) => {
  const { url } = await openService(t, { models: MODELS, context: { maxBodyBytes: 10_000_000 } });
  const values = Array.from({ length: 500_000 }, (_, index) => index % 7);
  const ask = async (accepted: string, count: number, binary: boolean) => {
    const response = await fetch(`${url}/v2/models/same/infer`, {
      method: 'POST',
      headers: { 'accept-encoding': accepted },
      body: `{"inputs":[${input('input', JSON.stringify(values.slice(0, count)), `[${count}]`)}],"parameters":{"binary_data_output":${binary}}}`,
    });
    assert.equal(response.status, 200);
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      encoding: response.headers.get('content-encoding'),
      bytes,
      header: response.headers.get('inference-header-content-length'),
    };
  };
  for (const [accepted, encoding] of [
    ['gzip, deflate', 'gzip'],
    ['gzip;q=0.1, deflate', 'deflate'],
    ['br', null],
    ['identity', null],
  ] as const) {
    const large = await ask(accepted, 5_000, false);
    assert.equal(large.encoding, encoding, accepted);
    assert.deepEqual(JSON.parse(large.bytes.toString()).outputs[0].data, values.slice(0, 5_000));
    assert.equal((await ask(accepted, 2, false)).encoding, null, 'what fits a packet is not packed');
  }
  const raw = await ask('gzip', 500_000, true);
  assert.equal(raw.bytes.length, Number(raw.header) + 4 * 500_000);
  const plain = await ask('identity', 500_000, true);
  assert.deepEqual(plain.bytes, raw.bytes);
});

test('health needs no key, all else does', async (t) => {
  const { url } = await openService(t, { models: MODELS, auth: keyAuth(1, 'good') });
  for (const [path, status] of [
    ['/v2/health/live', 200],
    ['/v2/health/ready', 200],
    ['/v2', 401],
    ['/v2/models/sum/ready', 401],
    ['/v2/models/stats', 401],
  ] as const) {
    assert.equal((await fetch(url + path)).status, status, path);
  }
  const refused = await fetch(`${url}/v2`);
  assert.deepEqual(await refused.json(), { error: 'Unauthorized, no Authorization header' });
  const good = await fetch(`${url}/v2/models/sum/ready`, { headers: { authorization: 'good' } });
  assert.equal(good.status, 200);
});

test('a replica that is not ready is seen to be', async (t) => {
  let phase: 'draining' | 'stuck' = 'draining';
  const { url } = await openService(t, { models: MODELS, context: { phase: () => phase } });
  const ask = async (path: string) => {
    const response = await fetch(url + path);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await ask('/v2/health/live'), [200, { live: true }]);
  assert.deepEqual(await ask('/v2/health/ready'), [503, { ready: false, live: true }]);
  assert.deepEqual(await ask('/v2/models/sum/ready'), [503, { name: 'sum', ready: false }]);
  phase = 'stuck';
  assert.deepEqual(await ask('/v2/health/live'), [503, { live: false }]);
});

test('models are loaded and unloaded where callers may', async (t) => {
  const done: string[] = [];
  const modelControl = {
    load: async (model: string) => void done.push(`load ${model}`),
    unload: async (model: string) => {
      throw new SlipwayError('not_found', `There is no model "${model}".`);
    },
  };
  const { url } = await openService(t, { models: MODELS, context: { modelControl } });
  const post = (path: string, body: string) => fetch(url + path, { method: 'POST', body });
  const loaded = await post('/v2/repository/models/sum/load', '{"parameters":{}}');
  assert.deepEqual([loaded.status, await loaded.text(), done], [200, '', ['load sum']]);
  const unloaded = await post('/v2/repository/models/x/unload', '');
  assert.deepEqual([unloaded.status, await unloaded.json()], [404, { error: 'There is no model "x".' }]);
  assert.equal((await post('/v2/repository/models/sum/load', '{')).status, 400);
  for (const name of ['config', 'file:1/model.onnx']) {
    const otherwise = await post(
      '/v2/repository/models/sum/load',
      JSON.stringify({ parameters: { [name]: '' } }),
    );
    assert.equal(otherwise.status, 501);
    assert.match(await otherwise.text(), new RegExp(`parameter '${name}' is not supported`));
  }
  assert.deepEqual(done, ['load sum']);
});
