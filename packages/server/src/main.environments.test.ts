/** Environments built for real, from the public indexes, by a server process that is killed now and then. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaSpec } from '@slipway/contract';
import type {
  Environment,
  EnvironmentDefinition,
  EnvironmentLock,
  Operation,
  OperationLogLine,
} from '@slipway/contract/api';
import { waitFor } from '@slipway/testkit';
import {
  deployed,
  ended,
  readyReplicas,
  startTestServer,
  stopAll,
  type TestServer,
  testHome,
  uploadFile,
} from './fixtures/test-server.ts';
import { listProcesses } from './processes/process-table.ts';

const ENVIRONMENTS = '/workspaces/default/environments';
const SIX: EnvironmentDefinition = {
  kind: 'conda',
  specification:
    'name: project_environment\nchannels: [conda-forge]\ndependencies:\n- python>=3.8\n- pip: [six=1.17.0]\n',
};
const pip = (requirements: string): EnvironmentDefinition => ({ kind: 'pip', requirements });

type Failed = { readonly error: { readonly code: string; readonly message: string } };

async function register(server: TestServer, name: string, definition: EnvironmentDefinition) {
  const { status, body } = await server.call<Environment>('POST', ENVIRONMENTS, { name, definition });
  assert.ok(status === 201 || status === 200, JSON.stringify(body));
  return body;
}

async function refused(server: TestServer, definition: EnvironmentDefinition): Promise<Failed['error']> {
  const { status, body } = await server.call<Failed>('POST', ENVIRONMENTS, { name: 'wrong', definition });
  assert.ok(status >= 400, JSON.stringify(body));
  return body.error;
}

async function orderBuild(server: TestServer, name: string): Promise<Operation> {
  const { status, body } = await server.call<Operation>('POST', `${ENVIRONMENTS}/${name}/build`);
  assert.equal(status, 202, JSON.stringify(body));
  return body;
}

async function linesOf(server: TestServer, { id }: Operation): Promise<readonly string[]> {
  const path = `/workspaces/default/operations/${id}/log?limit=1000`;
  const { body } = await server.call<{ items: readonly OperationLogLine[] }>('GET', path);
  return body.items.map(({ message }) => message);
}

async function show(server: TestServer, name: string): Promise<Environment> {
  return (await server.call<Environment>('GET', `${ENVIRONMENTS}/${name}`)).body;
}

/** The packages that a replica of a script in TypeScript finds, when it is deployed in the environment `js`. */
async function packagesOfScript(server: TestServer): Promise<readonly string[]> {
  const files = [await uploadFile(server, 'score.ts', 'export const run = () => 1;')];
  const inferenceConfig = { entryScript: 'score.ts', files, environment: 'js' };
  await deployed(server, { name: 'typed', models: [], inferenceConfig });
  const [replica] = await readyReplicas(server, 'typed', 1);
  const spec: ReplicaSpec = JSON.parse(
    await readFile(join(server.home, 'replicas', replica?.id ?? '', 'spec.json'), 'utf8'),
  );
  return readdir(spec.entry?.packagesDir ?? '');
}

/** The names below the folder of all builds, two levels deep. */
async function built(server: TestServer): Promise<readonly string[]> {
  const folder = join(server.home, 'environments');
  const hashes = await readdir(folder);
  const inside = await Promise.all(hashes.map((hash) => readdir(join(folder, hash)).catch(() => [])));
  return hashes.flatMap((hash, index) => (inside[index] ?? []).map((name) => `${hash}/${name}`));
}

test('builds once what two want at once, keeps its lock, and removes it when nobody names it', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  const first = await register(server, 'myenv', SIX);
  assert.deepEqual([first.id, first.state, first.build], ['myenv:1', 'NotBuilt', null]);
  assert.match(first.warnings.join(), /"six==1.17.0"/);
  assert.equal((await register(server, 'myenv', SIX)).id, 'myenv:1');
  await register(server, 'same', SIX);

  const orders = [await orderBuild(server, 'myenv'), await orderBuild(server, 'same')];
  for (const order of orders) {
    const done = await ended(server, order);
    assert.equal(done.state, 'Succeeded', done.message);
    assert.equal(done.percent, 100);
    assert.match((await linesOf(server, order)).join('\n'), /Builds with Python 3[\s\S]*six/);
  }
  const [one, other] = [await show(server, 'myenv'), await show(server, 'same:1')];
  assert.ok(one.build?.interpreter);
  assert.equal(one.state, 'Built');
  assert.deepEqual(one.build, other.build);
  assert.ok(one.build.size > 1_000);
  assert.equal((await built(server)).length, 2, 'one attempt and its marker');
  assert.equal(
    execFileSync(one.build.interpreter, ['-c', 'import six; print(six.__version__)'], { encoding: 'utf8' }),
    '1.17.0\n',
  );
  const { body } = await server.call<EnvironmentLock>('GET', `${ENVIRONMENTS}/myenv/lock`);
  assert.match(body.lock, /^six==1\.17\.0 \\\n {4}--hash=sha256:[0-9a-f]{64}/m);

  const again = await ended(server, await orderBuild(server, 'myenv'));
  assert.equal(again.state, 'Succeeded');
  assert.equal((await show(server, 'myenv')).build?.builtAt, one.build.builtAt);

  assert.equal((await server.call('DELETE', `${ENVIRONMENTS}/myenv`)).status, 204);
  assert.equal((await server.call('DELETE', `${ENVIRONMENTS}/same`)).status, 204);
  await waitFor(async () => (await built(server)).length === 0, { what: 'the build to be removed' });
  await stopAll(server);
});

test('a server that is killed while it builds leaves nothing that looks finished, and the next one builds it', async (t) => {
  const home = await testHome(t);
  const killed = await startTestServer(t, home);
  await register(killed, 'myenv', SIX);
  const order = await orderBuild(killed, 'myenv');
  const attempt = await waitFor(
    async () =>
      (await built(killed)).find((name) => existsSync(join(home, 'environments', name, 'pyvenv.cfg'))),
    { what: 'an environment that is half there' },
  );
  await killed.process.stop('SIGKILL');
  assert.ok(!(await built(killed)).some((name) => name.endsWith('environment.json')));

  const server = await startTestServer(t, home);
  const done = await ended(server, order);
  assert.equal(done.state, 'Succeeded', done.message);
  const left = (await listProcesses()).filter(({ command }) => command.join(' ').includes(attempt));
  assert.deepEqual(left, [], 'the tool of the killed server runs on');
  assert.ok(!(await built(server)).includes(attempt));
  assert.equal((await show(server, 'myenv')).state, 'Built');
  await stopAll(server);
});

test('cancelling ends the tool, and leaves nothing', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await register(server, 'myenv', SIX);
  const order = await orderBuild(server, 'myenv');
  await waitFor(async () => (await built(server)).length > 0, { what: 'an attempt' });
  await server.call('POST', `/workspaces/default/operations/${order.id}/cancel`);
  assert.equal((await ended(server, order)).state, 'Cancelled');
  assert.deepEqual(await built(server), []);
  assert.equal((await show(server, 'myenv')).state, 'Failed');
  await stopAll(server);
});

test('what this machine cannot build is refused, and what no index has is explained', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  const conda = (text: string): EnvironmentDefinition => ({ kind: 'conda', specification: text });
  const old = await refused(server, conda('dependencies: [python=3.6.2]'));
  assert.equal(old.code, 'unsupported');
  assert.match(
    old.message,
    /"=3\.6\.2" is asked for, but the host of entry scripts needs 3\.8\.0 or later\. It has [0-9., ]+\./,
  );
  const absent = await refused(server, conda('dependencies: [python=3.77]'));
  assert.equal(absent.code, 'not_found');
  assert.match(absent.message, /this machine does not have it\. It has 3\.[0-9]+/);
  const interpreter = await refused(server, { kind: 'interpreter', path: '/no/such/python' });
  assert.match(interpreter.message, /\/no\/such\/python cannot be started/);

  await register(server, 'gone', pip('tensorflow-gpu=1.12'));
  const failed = await ended(server, await orderBuild(server, 'gone'));
  assert.equal(failed.state, 'Failed');
  assert.match(failed.message, /There is no "tensorflow-gpu==1\.12" for Python 3/);
  assert.deepEqual((await show(server, 'gone')).error?.code, 'invalid_argument');
  await stopAll(server);
});

test('builds packages of npm without their scripts, and takes a Python that is there', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await register(server, 'js', { kind: 'npm', packageJson: '{"dependencies":{"isarray":"2.0.5"}}' });
  const js = await ended(server, await orderBuild(server, 'js'));
  assert.equal(js.state, 'Succeeded', js.message);
  const shown = await show(server, 'js');
  assert.deepEqual([shown.build?.tool, shown.build?.packages], ['npm', 1]);
  const { body } = await server.call<EnvironmentLock>('GET', `${ENVIRONMENTS}/js/lock`);
  assert.match(body.lock, /"version": "2\.0\.5"[\s\S]*"integrity": "sha512-/);
  assert.ok((await packagesOfScript(server)).includes('isarray'));

  await register(server, 'base', pip('six==1.17.0'));
  await ended(server, await orderBuild(server, 'base'));
  const path = (await show(server, 'base')).build?.interpreter ?? '';
  await register(server, 'own', { kind: 'interpreter', path });
  const own = await ended(server, await orderBuild(server, 'own'));
  assert.equal(own.state, 'Succeeded', own.message);
  assert.equal((await show(server, 'own')).build?.interpreter, path);
  await stopAll(server);
});
