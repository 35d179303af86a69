import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceRoute } from '@slipway/contract';
import { findDestination } from './find-destination.ts';
import { createRouteTable } from './route-table.ts';

const service = (name: string, ...models: string[]): ServiceRoute => ({
  name,
  models,
  scoringTimeoutMs: 1_000,
  maxBodyBytes: 1_000,
  replicas: [],
});

/** What becomes of a request, in a word or two. */
function destination(services: readonly ServiceRoute[], method: string, url: string): string {
  const table = createRouteTable();
  table.replace({ kind: 'GatewayRoutes', generation: 1, services });
  const found = findDestination(table, method, url);
  switch (found.kind) {
    case 'service':
      return `${found.service.name} ${found.path}`;
    case 'own':
      return found.page;
    case 'nowhere':
      return `${found.status} ${found.message}`;
  }
}

const SHOP = [service('digits', 'mnist', 'letters'), service('cats', 'resnet'), service('dogs', 'resnet')];

for (const [method, url, expected] of [
  ['GET', '/', 'health'],
  ['GET', '/metrics', 'metrics'],
  ['POST', '/api/v1/service/cats/score?x=1', 'cats /score?x=1'],
  ['POST', '/api/v1/service/cats/v1/models/resnet:predict', 'cats /v1/models/resnet:predict'],
  ['POST', '/v1/models/mnist:predict', 'digits /v1/models/mnist:predict'],
  ['POST', '/V1/Models/mnist/versions/3:predict?a=b', 'digits /V1/Models/mnist/versions/3:predict?a=b'],
  ['GET', '/v1/models/letters', 'digits /v1/models/letters'],
  ['POST', '/v1/models/digits:predict', 'digits /v1/models/digits:predict'],
  ['POST', '/v2/models/cats/infer', 'cats /v2/models/cats/infer'],
  ['POST', '/v2/models/%6Dnist/infer', 'digits /v2/models/%6Dnist/infer'],
  ['GET', '/v2/models/mnist/versions/1/ready', 'digits /v2/models/mnist/versions/1/ready'],
  ['POST', '/v2/repository/models/mnist/load', 'digits /v2/repository/models/mnist/load'],
  ['GET', '/v2', 'metadata'],
  ['GET', '/v2/', 'metadata'],
  ['GET', '/v2/health/live', 'live'],
  ['HEAD', '/v2/health/ready', 'ready'],
  ['POST', '/v2/health/ready', '405 Method Not Allowed'],
  ['GET', '/v2/else', '404 Not Found'],
  ['GET', '/v1/models', '400 Missing model name in request.'],
  ['PUT', '/v1/else', '400 Malformed request: PUT /v1/else'],
  ['POST', '/v1/models/frogs:predict', '404 Servable not found for request: Latest(frogs)'],
  ['POST', '/v1/models/frogs/versions/9:predict', '404 Servable not found for request: Specific(frogs, 9)'],
  ['POST', '/v1/models/frogs/labels/best:predict', '400 Unrecognized servable version label: best'],
  ['GET', '/v1/models/frogs/metadata', '404 Servable not found for request: Latest(frogs)'],
  ['GET', '/v1/models/frogs', '404 Could not find any versions of model frogs'],
  ['GET', '/v1/models/frogs/versions/9', '404 Could not find version 9 of model frogs'],
  ['GET', '/v1/models/frogs:predict', '400 Malformed request: GET /v1/models/frogs:predict'],
  ['POST', '/v1/models/frogs/metadata', '400 Malformed request: POST /v1/models/frogs/metadata'],
  ['POST', '/v2/models/frogs/infer', "404 Request for unknown model: 'frogs' is not found"],
] as const) {
  test(`with several services ${method} ${url} leads to ${expected}`, () => {
    assert.equal(destination(SHOP, method, url), expected);
  });
}

const TRAVERSAL = 'model name must not contain path traversal characters';
for (const [method, path, expected] of [
  ['GET', '/v1/models/a%2Fb', '404 Could not find any versions of model a/b'],
  ['POST', '/v1/models/a%2Fb:predict', '404 Servable not found for request: Latest(a/b)'],
  ['POST', '/v1/models/../x', '400 Malformed request: POST /v1/models/../x'],
  ['POST', '/v2/models/a%2Fb/infer', `400 invalid model name 'a/b', ${TRAVERSAL}`],
  ['GET', '/v2/models/mnist/versions/..%2f1', `400 invalid model name '../1', ${TRAVERSAL}`],
  ['POST', '/v2/repository/models/model%2f/load', `400 invalid model name 'model/', ${TRAVERSAL}`],
  ['GET', '/v2/models/%zz', "400 '%zz' in the address is not valid percent-encoding of UTF-8"],
  ['GET', '/v2/../metrics', '404 Not Found'],
] as const) {
  test(`${method} ${path} is told what a replica would say, at the root and below a service`, () => {
    assert.equal(destination(SHOP, method, path), expected);
    assert.equal(destination(SHOP, method, `/api/v1/service/cats${path}?x=/`), expected);
  });
}

for (const [url, expected] of [
  ['/v2', 'digits /v2'],
  ['/v2/health/ready', 'digits /v2/health/ready'],
  ['/v2/repository/index', 'digits /v2/repository/index'],
  ['/v2/models/stats', 'digits /v2/models/stats'],
  ['/v2/models/frogs/infer', 'digits /v2/models/frogs/infer'],
  ['/v2/models/digits/infer?x', 'digits /v2/models/digits/infer?x'],
  ['/v1/else', 'digits /v1/else'],
] as const) {
  test(`the only service is asked for ${url}`, () => {
    assert.equal(destination([service('digits', 'mnist')], 'POST', url), expected);
  });
}

test('a model of several services, and what concerns one, names the choices', () => {
  for (const url of ['/v1/models/resnet:predict', '/v2/models/resnet/infer']) {
    assert.match(
      destination(SHOP, 'POST', url),
      /^400 "resnet" .* cats, dogs\. Call .*\/api\/v1\/service\/<name>\./,
    );
  }
  for (const url of ['/v2/repository/index', '/v2/models/stats']) {
    assert.match(
      destination(SHOP, 'POST', url),
      /^400 There are several services here: digits, cats, dogs\./,
    );
  }
  assert.equal(destination([], 'POST', '/v2/repository/index'), '404 There is no service yet.');
});

test("a service's own name goes before models of that name", () => {
  const services = [service('digits', 'mnist'), service('other', 'digits')];
  assert.equal(destination(services, 'POST', '/v2/models/digits/infer'), 'digits /v2/models/digits/infer');
});

for (const url of ['/v2/models/ä', '/v3', '/v2x', '/v1']) {
  test(`${url} is no address`, () => {
    assert.match(destination(SHOP, 'GET', url), /^404 The requested URL was not found/);
  });
}
