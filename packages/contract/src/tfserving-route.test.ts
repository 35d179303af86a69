import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from './errors.ts';
import {
  isTfservingPath,
  parseTfservingRoute,
  servableNotFound,
  type TfservingRoute,
  type VersionChoice,
} from './tfserving-route.ts';

const latest: VersionChoice = { by: 'latest' };
const numbered = (version: bigint): VersionChoice => ({ by: 'number', version });
const labelled = (label: string): VersionChoice => ({ by: 'label', label });

test('paths name a model, a version and what to do', () => {
  const reserved = 'modelname%21%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D';
  const plain = "modelname!#$%&'()*+,/:;=?@[]";
  const rows: [string, string, TfservingRoute['kind'], string, VersionChoice][] = [
    ['POST', '/v1/models/foo:predict', 'predict', 'foo', latest],
    ['POST', '/v1/models/foo:classify', 'classify', 'foo', latest],
    ['POST', '/v1/models/foo/versions/50:regress', 'regress', 'foo', numbered(50n)],
    [
      'POST',
      '/v1/models/foo/versions/9223372036854775807:predict',
      'predict',
      'foo',
      numbered(2n ** 63n - 1n),
    ],
    ['POST', '/v1/models/foo/labels/stable:predict', 'predict', 'foo', labelled('stable')],
    ['POST', '/V1/Models/Foo/Versions/007:PREDICT', 'predict', 'Foo', numbered(7n)],
    ['POST', `/v1/models/${reserved}/labels/${reserved}:predict`, 'predict', plain, labelled(plain)],
    ['POST', '/v1/models/%zz%C3%A9:predict', 'predict', '%zzé', latest],
    ['POST', '/v1/models/é%C3é%:predict', 'predict', 'é\uFFFDé%', latest],
    ['POST', '/v1/models/%EF%BB%BFm:predict', 'predict', '\uFEFFm', latest],
    ['POST', '/v1/models/foo99:predict', 'predict', 'foo99', latest],
    ['GET', '/v1/models/foo', 'status', 'foo', latest],
    ['GET', '/v1/models/foo/versions/99', 'status', 'foo', numbered(99n)],
    ['GET', '/v1/models/foo/labels/stable', 'status', 'foo', labelled('stable')],
    ['GET', '/v1/models/foo/metadata', 'metadata', 'foo', latest],
    ['GET', '/v1/models/foo/versions/1/METADATA', 'metadata', 'foo', numbered(1n)],
    ['GET', `/v1/models/${reserved}/labels/stable/metadata`, 'metadata', plain, labelled('stable')],
    ['GET', '/v1/models/metadata', 'status', 'metadata', latest],
  ];
  for (const [method, path, kind, model, version] of rows) {
    assert.deepEqual(parseTfservingRoute(method, path), { kind, model, version }, path);
  }
});

test('every other path below /v1/ is malformed, and all others are none of ours', () => {
  const malformed: [string, string][] = [
    ['GET', '/v1/foo'],
    ['POST', '/v1/foo'],
    ['POST', '/v1/models'],
    ['GET', '/v1/models/foo:predict'],
    ['POST', '/v1/models/foo/metadata'],
    ['POST', '/v1/models/foo/version/50:predict'],
    ['GET', '/v1/models/foo/version/50:predict'],
    ['POST', '/v1/models/foo/versions/HELLO:regress'],
    ['POST', '/v1/models/foo/versions/50/labels/x:regress'],
    ['POST', '/v1/models/foo/label/x:regress'],
    ['POST', '/v1/models/foo'],
    ['GET', '/v1/models/debug/model_name'],
    ['GET', '/v1/models/'],
    ['DELETE', '/v1/models/foo'],
    ['PUT', '/v1/models/foo:predict'],
  ];
  for (const [method, path] of malformed) {
    assert.equal(refusal(method, path), `Malformed request: ${method} ${path}`);
  }
  const tooLarge = ['9223372036854775808', '18446744073709551615', '9'.repeat(5000)];
  for (const digits of tooLarge) {
    const text = `Failed to convert version: ${digits} to numeric.`;
    assert.equal(refusal('POST', `/v1/models/foo/versions/${digits}:predict`), text);
  }
  assert.equal(refusal('GET', '/v1/models'), 'Missing model name in request.');
  assert.equal(refusal('GET', '/v1/models/versions/5'), 'Missing model name in request.');
  for (const path of ['/', '/v1', '/score', '/v2/models/foo', '/v1x/models', '/api/v1/models/foo']) {
    assert.equal(isTfservingPath(path), false, path);
  }
});

function refusal(method: string, path: string): string {
  const error = parseTfservingRoute(method, path);
  assert.ok(error instanceof SlipwayError, path);
  assert.equal(error.code, 'invalid_argument');
  return error.message;
}

test('a model that is not served is told as the stock server tells it', () => {
  const rows: [string, string, string, string][] = [
    ['POST', '/v1/models/foo:predict', 'not_found', 'Servable not found for request: Latest(foo)'],
    [
      'POST',
      '/v1/models/foo/versions/50:predict',
      'not_found',
      'Servable not found for request: Specific(foo, 50)',
    ],
    ['POST', '/v1/models/foo/labels/L:predict', 'invalid_argument', 'Unrecognized servable version label: L'],
    ['GET', '/v1/models/foo/metadata', 'not_found', 'Servable not found for request: Latest(foo)'],
    ['GET', '/v1/models/foo', 'not_found', 'Could not find any versions of model foo'],
    ['GET', '/v1/models/foo/versions/9', 'not_found', 'Could not find version 9 of model foo'],
    ['GET', '/v1/models/foo/labels/L', 'not_found', 'Could not find any versions of model foo'],
  ];
  for (const [method, path, told, text] of rows) {
    const { code, message } = servableNotFound(parseTfservingRoute(method, path) as TfservingRoute);
    assert.deepEqual([code, message], [told, text], path);
  }
});
