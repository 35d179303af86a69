import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { errorAnswer } from './errors.ts';
import { findRoute, type OipRoute } from './route.ts';

function answer(method: string, path: string): OipRoute | string {
  const route = findRoute(method, path);
  if (!(route instanceof SlipwayError)) return route;
  const { status, body } = errorAnswer(route);
  return `${status} ${body}`;
}

test('every address of the protocol has its route', () => {
  const rows: [string, string, OipRoute][] = [
    ['GET', '/v2', { kind: 'serverMetadata' }],
    ['GET', '/v2/', { kind: 'serverMetadata' }],
    ['GET', '/v2/health/live', { kind: 'serverLive' }],
    ['GET', '/v2/health/ready', { kind: 'serverReady' }],
    ['GET', '/v2/models/stats', { kind: 'serverStats' }],
    ['GET', '/v2/models/m', { kind: 'modelMetadata', model: 'm', version: undefined }],
    ['GET', '/v2/models/m/versions/v10', { kind: 'modelMetadata', model: 'm', version: 'v10' }],
    ['GET', '/v2/models/m/ready', { kind: 'modelReady', model: 'm', version: undefined }],
    ['GET', '/v2/models/m/versions/1/ready', { kind: 'modelReady', model: 'm', version: '1' }],
    ['GET', '/v2/models/m/config', { kind: 'modelConfig', model: 'm', version: undefined }],
    ['GET', '/v2/models/m/versions/2/stats', { kind: 'modelStats', model: 'm', version: '2' }],
    ['POST', '/v2/models/m/infer', { kind: 'infer', model: 'm', version: undefined }],
    ['POST', '/v2/models/a%20b%25/versions/1%2e0/infer', { kind: 'infer', model: 'a b%', version: '1.0' }],
    ['POST', '/v2/models/model..1/infer', { kind: 'infer', model: 'model..1', version: undefined }],
    ['GET', '/v2/models/%2541', { kind: 'modelMetadata', model: '%41', version: undefined }],
    ['GET', '/v2/models/ready', { kind: 'modelMetadata', model: 'ready', version: undefined }],
    ['POST', '/v2/repository/index', { kind: 'repositoryIndex' }],
    ['POST', '/v2/repository/models/m/load', { kind: 'repositoryLoad', model: 'm' }],
    ['POST', '/v2/repository/models/m/unload', { kind: 'repositoryUnload', model: 'm' }],
  ];
  for (const [method, path, route] of rows) assert.deepEqual(answer(method, path), route, path);
});

test('other addresses and methods are refused in the protocol’s own shape', () => {
  const notFound = '404 {"error":"Not Found"}';
  const wrongMethod = '405 {"error":"Method Not Allowed"}';
  const traversal = (name: string) =>
    `400 ${JSON.stringify({ error: `invalid model name '${name}', model name must not contain path traversal characters` })}`;
  const noSharedMemory =
    '501 {"error":"shared memory is not supported; send and ask for tensors in the body"}';
  const noSettings = (which: string, done: string) =>
    `501 {"error":"${which} settings are not supported; what is ${done} is said in the configuration of the deployment"}`;
  const rows: [string, string, string][] = [
    ['GET', '/', notFound],
    ['GET', '/v3', notFound],
    ['GET', '/V2', notFound],
    ['GET', '/v2/models', notFound],
    ['GET', '/v2/models/', notFound],
    ['GET', '/v2/models/m/', notFound],
    ['GET', '/v2/models//ready', notFound],
    ['GET', '/v2/models/m/versions', notFound],
    ['GET', '/v2/models/m/versions//ready', notFound],
    ['POST', '/v2/models/m/inferx', notFound],
    ['GET', '/v2/health', notFound],
    ['POST', '/v2/models/m/generate', notFound],
    ['POST', '/v2/repository/models/a/../b/load', notFound],
    ['POST', '/v2/health/live', wrongMethod],
    ['GET', '/v2/models/m/infer', wrongMethod],
    ['HEAD', '/v2', wrongMethod],
    ['POST', '/v2/models/m', wrongMethod],
    ['GET', '/v2/repository/index', wrongMethod],
    ['GET', '/v2/repository/models/m/load', wrongMethod],
    ['POST', '/v2/repository/models/a%2F..%2Fb/load', traversal('a/../b')],
    ['POST', '/v2/repository/models/model%2f/load', traversal('model/')],
    ['POST', '/v2/models/../infer', traversal('..')],
    ['GET', '/v2/models/%2e', traversal('.')],
    ['GET', '/v2/models/a%00b', traversal('a\0b')],
    ['GET', '/v2/models/a%5Cb', traversal('a\\b')],
    ['GET', '/v2/models/m/versions/..%2f1', traversal('../1')],
    ['GET', '/v2/models/%ff', `400 {"error":"'%ff' in the address is not valid percent-encoding of UTF-8"}`],
    [
      'POST',
      '/v2/repository/mine/models/m/load',
      `501 {"error":"'repository_name' specification is not supported"}`,
    ],
    ['GET', '/v2/systemsharedmemory/status', noSharedMemory],
    ['POST', '/v2/systemsharedmemory/region/a/register', noSharedMemory],
    ['POST', '/v2/cudasharedmemory/unregister', noSharedMemory],
    ['GET', '/v2/cudasharedmemory', notFound],
    ['GET', '/v2/trace/setting', noSettings('trace', 'traced')],
    ['POST', '/v2/models/m/trace/setting', noSettings('trace', 'traced')],
    ['GET', '/v2/logging', noSettings('log', 'logged')],
  ];
  for (const [method, path, expected] of rows) assert.equal(answer(method, path), expected, path);
});
