import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaSpec } from '@slipway/contract';
import type { Revision, ServiceUpdate } from '@slipway/contract/api';
import { temporaryFolder } from '@slipway/testkit';
import {
  deployed,
  ended,
  readyReplicas,
  startTestServer,
  stopAll,
  type TestServer,
  uploadFile,
} from './fixtures/test-server.ts';

const PATH = '/workspaces/default/services/digits';

async function specOf(server: TestServer): Promise<ReplicaSpec> {
  const [replica] = await readyReplicas(server, 'digits', 1);
  assert.ok(replica);
  return JSON.parse(await readFile(join(server.home, 'replicas', replica.id, 'spec.json'), 'utf8'));
}

async function changed(server: TestServer, method: string, path: string, body?: ServiceUpdate) {
  const answer = await server.call<{ id: string }>(method, path, body);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const operation = await ended(server, answer.body);
  assert.equal(operation.state, 'Succeeded', operation.message);
}

async function entryOf(server: TestServer) {
  const { entry } = await specOf(server);
  assert.ok(entry);
  return { entry, text: await readFile(join(entry.sourceDir, entry.script), 'utf8') };
}

test('sources and models of a script are put in place, changed, and brought back', async (t) => {
  const server = await startTestServer(t, await temporaryFolder(t));
  const model = await uploadFile(server, 'net.bin', 'weights');
  for (const [name, folder] of [
    ['inside', 'outputs'],
    ['single', undefined],
  ] as const) {
    const registered = await server.call('POST', '/workspaces/default/models', {
      name,
      files: [model],
      folder,
    });
    assert.equal(registered.status, 201, JSON.stringify(registered.body));
  }
  const first = await uploadFile(server, 'score.py', '# first');
  const inferenceConfig = {
    entryScript: 'score.py',
    files: [first],
    interpreter: process.execPath,
    workers: 2,
  };
  await deployed(server, { name: 'digits', models: ['inside', 'single'], inferenceConfig });

  const { entry, text } = await entryOf(server);
  assert.equal(text, '# first');
  assert.deepEqual(
    [entry.language, entry.interpreter, entry.workers, entry.encodeNumpy],
    ['python', process.execPath, 2, false],
  );
  const paths = await readdir(entry.modelsDir, { recursive: true, withFileTypes: true });
  const files = paths.filter((found) => found.isFile()).map((found) => join(found.parentPath, found.name));
  assert.deepEqual(
    files.toSorted(),
    ['inside/1/outputs/net.bin', 'single/1/net.bin'].map((path) => join(entry.modelsDir, path)),
  );
  assert.deepEqual(
    (await specOf(server)).models.map(({ path }) => path),
    ['inside/1', 'single/1'].map((path) => join(entry.modelsDir, path)),
  );

  const second = await uploadFile(server, 'score.py', '# second');
  await changed(server, 'PATCH', PATH, { inferenceConfig: { files: [second] } });
  assert.equal((await entryOf(server)).text, '# second');
  await changed(server, 'POST', `${PATH}/rollback`);
  assert.equal((await entryOf(server)).text, '# first');
  await changed(server, 'PATCH', PATH, { inferenceConfig: { entryScript: null } });
  assert.equal((await specOf(server)).entry, null);

  const { body } = await server.call<{ items: Revision[] }>('GET', `${PATH}/revisions`);
  assert.deepEqual(
    body.items.map((revision) => revision.inferenceConfig?.files[0]?.digest),
    [undefined, first.digest, second.digest, first.digest],
  );
  await stopAll(server);
});

test('an interpreter that is not there fails the deployment and says so', async (t) => {
  const server = await startTestServer(t, await temporaryFolder(t));
  const files = [await uploadFile(server, 'score.py', '# score')];
  const { body } = await server.call<{ id: string }>('POST', '/workspaces/default/services', {
    name: 'digits',
    models: [],
    inferenceConfig: { entryScript: 'score.py', files, interpreter: '/nowhere/python3' },
  });
  const operation = await ended(server, body);
  assert.deepEqual([operation.state, operation.error?.code], ['Failed', 'not_found']);
  assert.match(operation.error?.message ?? '', /"\/nowhere\/python3" is not a program/);
  await stopAll(server);
});

test('a script in TypeScript needs no Python, and says so where one is named', async (t) => {
  const server = await startTestServer(t, await temporaryFolder(t));
  const files = [await uploadFile(server, 'score.ts', 'export const run = (input: unknown) => ({ input });')];
  const inferenceConfig = { entryScript: 'score.ts', files, workers: 2 };
  const config = { memoryGbLimit: 1 };
  await deployed(server, { name: 'digits', models: [], inferenceConfig, config });
  const { entry } = await specOf(server);
  assert.deepEqual(
    [entry?.language, entry?.interpreter, entry?.packagesDir, entry?.heapMb],
    ['javascript', null, null, 500],
  );

  const { status, body } = await server.call('PATCH', PATH, {
    inferenceConfig: { interpreter: '/usr/bin/python3' },
  });
  assert.equal(status, 400);
  assert.match(JSON.stringify(body), /names a Python, and .*score\.ts.* needs none/);

  const path = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  const register = { name: 'python', definition: { kind: 'interpreter', path } };
  await server.call('POST', '/workspaces/default/environments', register);
  const order = await server.call<{ id: string }>('PATCH', PATH, {
    inferenceConfig: { environment: 'python' },
  });
  const operation = await ended(server, order.body);
  assert.equal(operation.state, 'Failed', operation.message);
  assert.match(
    operation.error?.message ?? '',
    /python:1 holds packages of Python, and the script is in JavaScript/,
  );
  await stopAll(server);
});
