import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServicePath } from './service-path.ts';

for (const [url, service, path] of [
  ['/api/v1/service/digits/score', 'digits', '/score'],
  ['/api/v1/service/digits/score?a=/b&c=..', 'digits', '/score?a=/b&c=..'],
  ['/api/v1/service/digits/', 'digits', '/'],
  ['/api/v1/service/digits', 'digits', '/'],
  ['/api/v1/service/digits?x=/y', 'digits', '/?x=/y'],
  ['/api/v1/service/digits/v2/models/a%20b/infer', 'digits', '/v2/models/a%20b/infer'],
  ['/api/v1/service/digits/swagger.json?version=3', 'digits', '/swagger.json?version=3'],
] as const) {
  test(`${url} is ${path} of ${service}`, () => {
    assert.deepEqual(parseServicePath(url), { service, path });
  });
}

for (const url of [
  '/',
  '/metrics',
  '/api/v1/services/digits/score',
  'http://other/api/v1/service/digits/score',
  '/api/v1/service/digits/../other/score',
  '/api/v1/service/digits/.',
  '/api/v1/service/digits/%2e%2E/score',
  '/api/v1/service/digits/a%2fb',
  '/api/v1/service/digits/a%5cb',
  '/api/v1/service/digits/a\\b',
  '/api/v1/service/digits/a%00',
  '/api/v1/service/digits/a\0',
  '/api/v1/service/digits/a b',
  '/api/v1/service/digits/ä',
  '/api/v1/service/digits/a/..',
  '/api/v1/service/digits/a/../..',
  '/api/v1/service/digits/./a',
  '/api/v1/service/digits/%zz',
  '/api/v1/service/digits/%ff',
  '/api/v1/service/digits/metrics',
  '/api/v1/service/digits/metrics/',
  '/api/v1/service/digits/%6Detrics?x',
  '/api/v1/service/digits/monitoring/prometheus/metrics',
  '/api/v1/service/digits/monitorin%67/prometheus/metrics',
]) {
  test(`${JSON.stringify(url)} leads to no replica`, () => {
    assert.equal(parseServicePath(url), undefined);
  });
}
