import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addModel, encodeModel, identityModel, node, tensorSpec } from '@slipway/testkit';
import { keyAuth } from '../../../replica-fixtures.ts';
import { openService } from '../../service-fixtures.ts';

/** Answers `scores` that are what it was sent, which makes it a classifier too. */
const SCORES = encodeModel({
  opset: 21,
  graph: {
    inputs: [tensorSpec('x', 'FP32', ['batch', 2])],
    outputs: [tensorSpec('scores', 'FP32', ['batch', 2])],
    nodes: [node('Identity', ['x'], ['scores'])],
  },
});

const MODELS = [
  { name: 'sum', version: 3, bytes: addModel() },
  { name: 'same', bytes: identityModel('FP32', ['batch']) },
  { name: 'scores', bytes: SCORES },
];

test('every route answers as the stock server does', async (t) => {
  const { url } = await openService(t, { models: MODELS });
  const pair = '{"a":[1,2],"b":[3,4]}';
  const rows: [string, string | undefined, number, unknown][] = [
    // Row and column format, by name, number and default, whatever the case of the address.
    [
      '/v1/models/sum:predict',
      `{"instances":[${pair},${pair}]}`,
      200,
      {
        predictions: [
          [4, 6],
          [4, 6],
        ],
      },
    ],
    ['/v1/models/sum/versions/3:predict', `{"instances":[${pair}]}`, 200, { predictions: [[4, 6]] }],
    ['/V1/Models/sum:PREDICT', `{"inputs":{"a":[[1,2]],"b":[[3,4]]}}`, 200, { outputs: [[4, 6]] }],
    [
      '/v1/models/same:predict',
      '{"instances":[1.5,{"input":2}]}',
      400,
      /Expecting value\/list but got object/,
    ],
    ['/v1/models/same:predict', '{"instances":[1.5,2]}', 200, { predictions: [1.5, 2] }],
    // Classify and regress where the signature has it.
    [
      '/v1/models/scores:classify',
      '{"examples":[{"x":[0.25,0.75]}]}',
      200,
      {
        results: [
          [
            ['', 0.25],
            ['', 0.75],
          ],
        ],
      },
    ],
    ['/v1/models/same:regress', '{"examples":[{"input":42},{"input":[1]}]}', 200, { results: [42, 1] }],
    [
      '/v1/models/sum:classify',
      '{"examples":[{"a":[1,2],"b":[3,4]}]}',
      400,
      /method_name to be tensorflow\/serving\/classify/,
    ],
    // Status and metadata.
    [
      '/v1/models/sum',
      undefined,
      200,
      {
        model_version_status: [
          { version: '3', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
        ],
      },
    ],
    ['/v1/models/sum/labels/any', undefined, 200, /AVAILABLE/],
    ['/v1/models/sum/metadata', undefined, 200, /"signature_def":\{"signature_def":\{"serving_default"/],
    // What is wrong.
    ['/v1/models/foo:predict', '{"instances":[1]}', 404, 'Servable not found for request: Latest(foo)'],
    ['/v1/models/foo:predict', '{"instances":[1]', 400, /JSON Parse error: Missing a comma or '\}'/],
    ['/v1/models/foo:regress', '{"signature_name":1}', 400, /'signature_name' key must be a string value/],
    ['/v1/models/sum/versions/50:predict', '{}', 404, 'Servable not found for request: Specific(sum, 50)'],
    ['/v1/models/foo', undefined, 404, 'Could not find any versions of model foo'],
    ['/v1/models/sum/versions/9', undefined, 404, 'Could not find version 9 of model sum'],
    ['/v1/models/foo/metadata', undefined, 404, 'Servable not found for request: Latest(foo)'],
    ['/v1/foo', undefined, 400, 'Malformed request: GET /v1/foo'],
    ['/v1/models/sum/metadata', '{}', 400, 'Malformed request: POST /v1/models/sum/metadata'],
    ['/v1/models', undefined, 400, 'Missing model name in request.'],
    ['/v1/models/same:predict', '', 400, 'JSON Parse error: The document is empty'],
    ['/v1/models/same:predict', '{"instances":3}', 400, /Expecting 'instances' to be an list\/array/],
    [
      '/v1/models/same:predict',
      '{"inputs":[1],"signature_name":"x"}',
      400,
      'Serving signature name: "x" not found in signature def',
    ],
    ['/v1/models/same:predict', '{"instances":[[1,2]]}', 400, /^/],
  ];
  for (const [path, body, status, expected] of rows) {
    const response = await fetch(url + path, body === undefined ? {} : { method: 'POST', body });
    const text = await response.text();
    assert.equal(response.status, status, `${path} ${body}: ${text}`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    const answer = JSON.parse(text);
    if (status !== 200) assert.deepEqual(Object.keys(answer), ['error']);
    if (expected instanceof RegExp) assert.match(text, expected, path);
    else assert.deepEqual(answer, typeof expected === 'string' ? { error: expected } : expected, path);
  }
});

test('the type of a body is not looked at, and it may be packed', async (t) => {
  const { url } = await openService(t, { models: MODELS });
  const post = (body: string | Uint8Array, headers: Record<string, string>) =>
    fetch(`${url}/v1/models/same:predict`, { method: 'POST', body, headers });
  const body = '{"instances":[1]}';
  assert.equal((await post(body, { 'content-type': 'text/csv' })).status, 200);
  const packed = await post(gzipSync(body), { 'content-encoding': 'gzip' });
  assert.deepEqual(await packed.json(), { predictions: [1] });
  const large = await post('x'.repeat(1_000_001), {});
  assert.equal(large.status, 413);
  const long = await post(body, { 'x-request-id': 'x'.repeat(101) });
  assert.deepEqual(
    [long.status, await long.json()],
    [431, { error: 'x-request-id must not exceed 100 characters' }],
  );
});

test('keys are asked for, and nothing is told of models without one', async (t) => {
  const { url } = await openService(t, { models: MODELS, auth: keyAuth(1, 'good') });
  for (const path of ['/v1/models/sum', '/v1/models/sum/metadata', '/v1/models/foo']) {
    const missing = await fetch(url + path);
    assert.equal(missing.status, 401, path);
    assert.equal(missing.headers.get('www-authenticate'), 'Bearer');
    assert.deepEqual(await missing.json(), { error: 'Unauthorized, no Authorization header' });
    const wrong = await fetch(url + path, { headers: { authorization: 'Bearer bad' } });
    assert.deepEqual([wrong.status, await wrong.json()], [401, { error: 'Unauthorized, invalid key' }]);
  }
  const good = await fetch(`${url}/v1/models/sum`, { headers: { authorization: 'Bearer good' } });
  assert.equal(good.status, 200);
});

test('a replica that is not ready says so, and that nothing ran', async (t) => {
  const { url } = await openService(t, { models: MODELS, context: { phase: () => 'draining' } });
  const answer = await fetch(`${url}/v1/models/same:predict`, { method: 'POST', body: '{"instances":[1]}' });
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('x-slipway-not-run'), 'true');
  assert.deepEqual(Object.keys((await answer.json()) as object), ['error']);
});
