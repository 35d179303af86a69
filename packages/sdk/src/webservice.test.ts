import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { fakeBlobs } from './fixtures/blob-routes.ts';
import { type Call, type Routes, readBody, readJsonBody, sendError } from './fixtures/control-plane.ts';
import { modelResource, operationResource, serviceResource } from './fixtures/resources.ts';
import { connectFake } from './fixtures/workspace.ts';
import { Model } from './model.ts';
import { Webservice } from './webservice.ts';

const SERVICE = '/workspaces/default/services/digits';
const OPERATION = '/workspaces/default/operations/op1';

function streamOf(...operations: Parameters<typeof operationResource>[0][]): Routes[string] {
  return ({ response }: Call) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const one of operations)
      response.write(`event: operation\ndata: ${JSON.stringify(operationResource(one))}\n\n`);
    response.end();
  };
}

test('deploy mixes models, ids and local files; a file is registered under the name of the service', async (t) => {
  const created: Record<string, unknown>[] = [];
  const { workspace } = await connectFake(t, {
    ...fakeBlobs().routes,
    'GET /workspaces/default/models/*': ({ part, response }) =>
      part === 'known' ? modelResource({ id: 'known:4' }) : sendError(response, 404, 'not_found', 'unknown'),
    'POST /workspaces/default/models': async ({ request }) => {
      const { name } = await readJsonBody(request);
      return modelResource({ id: `${name}:1` });
    },
    'POST /workspaces/default/services': async ({ request }) => {
      created.push(await readJsonBody(request));
      return operationResource({ id: 'op7' });
    },
    [`GET ${SERVICE}`]: () => serviceResource({ operationId: null }),
  });
  const file = join(await temporaryFolder(t), 'my model.onnx');
  await writeFile(file, 'weights');

  const alone = await Model.deploy({ workspace, name: 'digits', models: [file] });
  assert.deepEqual(created[0], { name: 'digits', models: ['digits:1'] });
  assert.equal(alone.operationId, 'op7');

  const model = new Model(workspace, modelResource({ id: 'held:2' }));
  await Model.deploy({
    workspace,
    name: 'digits',
    models: [model, 'known', file],
    deploymentConfig: { numReplicas: 2 },
    computeTarget: { name: 'local' },
    overwrite: true,
  });
  assert.deepEqual(created[1], {
    name: 'digits',
    models: ['held:2', 'known:4', 'digits-my-model:1'],
    config: { numReplicas: 2 },
    computeTarget: 'local',
    overwrite: true,
  });
  await assert.rejects(Model.deploy({ workspace, name: 'digits', models: ['neither'] }), {
    code: 'not_found',
    message: /"neither" is neither a model in workspace default nor a file/,
  });
});

test('waitForDeployment prints what happens and brings the service up to date', async (t) => {
  const { workspace } = await connectFake(t, {
    [`GET ${SERVICE}`]: ({ attempt }) =>
      serviceResource({ state: attempt === 1 ? 'Transitioning' : 'Healthy' }),
    [`GET ${OPERATION}`]: () => operationResource(),
    [`GET ${OPERATION}/stream`]: streamOf({}, { percent: 50 }, { state: 'Succeeded' }),
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  let printed = '';
  await service.waitForDeployment({ showOutput: true, print: (text) => (printed += text) });
  assert.equal(service.state, 'Healthy');
  assert.equal(
    printed,
    'Running.\nSucceeded\nLocal service creation operation finished, operation "Succeeded"\n',
  );
});

test('run sends the key, reads a regenerated one again once, and shows what the service said', async (t) => {
  const valid = 'second-key';
  const { workspace, server } = await connectFake(t, {
    [`GET ${SERVICE}`]: ({ request }) =>
      serviceResource({ scoringUri: `http://${request.headers.host}/api/v1/score` }),
    [`GET ${SERVICE}/keys`]: ({ attempt }) => ({
      primaryKey: attempt === 1 ? 'first-key' : valid,
      secondaryKey: 's',
    }),
    'POST /score': async ({ request, response, attempt }) => {
      const { authorization } = request.headers;
      const text = (await readBody(request)).toString();
      if (attempt === 1) return { text };
      if (authorization !== `Bearer ${valid}`) {
        return void response.writeHead(401).end('{"message":"Unauthorized, invalid key"}');
      }
      if (text === 'bad') return void response.writeHead(400).end('{"message":"not JSON"}');
      if (text === 'odd') return void response.end('{"outputs":{"y":[NaN,9007199254740993]}}');
      if (text === 'busy')
        return void response.writeHead(503).end('Too many requests for service digits (overloaded)');
      return { text };
    },
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  assert.deepEqual(await service.run({ data: [1, 2] }), { text: '{"data":[1,2]}' });
  assert.deepEqual(await service.run('{"data": 3}'), { text: '{"data": 3}' });
  assert.equal(server.calls.filter((call) => call.endsWith('/keys')).length, 2);
  assert.deepEqual(await service.run('odd'), { outputs: { y: [Number.NaN, 9_007_199_254_740_993n] } });
  assert.deepEqual(await service.run([Number.NaN, 2n ** 60n]), { text: '[NaN,1152921504606846976]' });
  await assert.rejects(service.run('bad'), { code: 'invalid_argument', message: /answered 400: not JSON/ });
  await assert.rejects(service.run('busy'), { code: 'overloaded' });
  assert.equal(server.calls.filter((call) => call.endsWith('/keys')).length, 2);
});

test('a service without authentication is called without a key', async (t) => {
  const { workspace } = await connectFake(t, {
    [`GET ${SERVICE}`]: ({ request }) =>
      serviceResource({ authMode: 'none', scoringUri: `http://${request.headers.host}/api/v1/score` }),
    'POST /score': ({ request }) => ({ authorization: request.headers.authorization ?? 'none' }),
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  assert.deepEqual(await service.run({ data: 1 }), { authorization: 'none' });
});

test('logs come as text, and live until the caller stops', async (t) => {
  const { workspace } = await connectFake(t, {
    [`GET ${SERVICE}`]: () => serviceResource(),
    [`GET ${SERVICE}/logs`]: ({ url, response }) => {
      if (url.searchParams.get('follow') !== 'true')
        return void response.end(`tail ${url.searchParams.get('tail')}\n`);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const text of ['a', 'b']) {
        response.write(`event: log\ndata: ${JSON.stringify({ replica: 'r1', line: text })}\n\n`);
      }
    },
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  assert.equal(await service.getLogs({ numLines: 7 }), 'tail 7\n');
  const caller = new AbortController();
  const lines: string[] = [];
  for await (const { line } of service.followLogs({ signal: caller.signal })) {
    lines.push(line);
    if (line === 'b') caller.abort();
  }
  assert.deepEqual(lines, ['a', 'b']);
});

test('changes are sent as they are asked for, and wrong ones are not sent', async (t) => {
  const bodies: unknown[] = [];
  const change: Routes[string] = async ({ request }) => {
    bodies.push(await readJsonBody(request));
    return operationResource({ id: 'op9' });
  };
  const { workspace } = await connectFake(t, {
    [`GET ${SERVICE}`]: () => serviceResource(),
    [`PATCH ${SERVICE}`]: change,
    [`POST ${SERVICE}/rollback`]: change,
    [`POST ${SERVICE}/keys`]: change,
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  await service.update({
    models: ['digits:2'],
    properties: { p: '1' },
    deploymentConfig: { numReplicas: 3 },
  });
  assert.equal(service.operationId, 'op9');
  await service.rollback({ revision: 1 });
  await service.regenKey('primary');
  await service.regenKey('Secondary', 'a-key-of-mine-16');
  assert.deepEqual(bodies, [
    { models: ['digits:2'], addProperties: { p: '1' }, config: { numReplicas: 3 } },
    { revision: 1 },
    { keyType: 'Primary' },
    { keyType: 'Secondary', key: 'a-key-of-mine-16' },
  ]);
  await assert.rejects(service.update({}), { code: 'invalid_argument', message: /No parameters/ });
  await assert.rejects(service.regenKey('third'), {
    code: 'invalid_argument',
    message: /Primary or Secondary/,
  });
});

test('delete waits until the service is gone; one that is gone already is no error', async (t) => {
  const { workspace } = await connectFake(t, {
    [`GET ${SERVICE}`]: () => serviceResource(),
    [`DELETE ${SERVICE}`]: ({ attempt, response }) =>
      attempt === 1 ? operationResource() : sendError(response, 404, 'not_found', 'No such service.'),
    [`GET ${OPERATION}/stream`]: streamOf({ kind: 'DeleteService', state: 'Succeeded' }),
  });
  const service = await Webservice.get({ workspace, name: 'digits' });
  await service.delete();
  await service.delete();
});
