import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { onTestEnd, temporaryFolder } from '@slipway/testkit';
import { findConnection } from './connection.ts';
import { startControlPlane } from './fixtures/control-plane.ts';
import { workspaceResource } from './fixtures/resources.ts';
import { Workspace } from './workspace.ts';

const VARIABLES = ['SLIPWAY_URL', 'SLIPWAY_TOKEN', 'SLIPWAY_WORKSPACE', 'SLIPWAY_HOME'] as const;
type Environment = Partial<Record<(typeof VARIABLES)[number], string>>;

/** Sets Slipway's variables to these alone until the test ends. */
function setEnvironment(t: TestContext, values: Environment): void {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  for (const name of VARIABLES) setVariable(name, values[name]);
  onTestEnd(t, () => {
    for (const [name, value] of before) setVariable(name, value);
  });
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

async function write(file: string, content: unknown): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A home folder in which a server seems to run. */
async function makeHome(t: TestContext, url = 'http://127.0.0.1:7070'): Promise<string> {
  const home = await temporaryFolder(t);
  await write(join(home, 'server.json'), { kind: 'ServerInfo', url });
  await write(join(home, 'token'), 'home-token\n');
  return home;
}

test('each name is tried in all parents before the next name', async (t) => {
  setEnvironment(t, {});
  const root = await temporaryFolder(t);
  const start = join(root, 'a', 'b');
  await mkdir(start, { recursive: true });
  const names = [
    [start, 'project.json'],
    [start, 'config.json'],
    [root, 'aml_config/config.json'],
    [start, '.azureml/project.json'],
    [root, '.azureml/config.json'],
    [root, '.slipway/config.json'],
    [start, '.slipway/config.json'],
  ] as const;
  // From the last in the order to the first: each new file must win over all before it.
  for (const [index, [folder, name]] of names.entries()) {
    await write(join(folder, name), { url: 'http://127.0.0.1:1', workspace: `w${index}` });
    const { workspace } = await findConnection({}, { path: start, required: true });
    assert.equal(workspace, `w${index}`, name);
  }
});

test('a bare config.json of something else is passed over', async (t) => {
  setEnvironment(t, { SLIPWAY_HOME: await makeHome(t) });
  const root = await temporaryFolder(t);
  await write(join(root, 'config.json'), { name: 'another tool' });
  await assert.rejects(findConnection({}, { path: root, required: true }), {
    code: 'not_found',
    message: /could not be found in .* or its parent directories/,
  });
  assert.equal((await findConnection({}, { path: root, required: false })).url, 'http://127.0.0.1:7070');
});

test("a file of Azure's selects a workspace of the local server", async (t) => {
  setEnvironment(t, {});
  const [home, root] = [await makeHome(t), await temporaryFolder(t)];
  await write(join(root, '.azureml/config.json'), {
    subscription_id: 's',
    resource_group: 'g',
    workspace_name: 'team',
  });
  assert.deepEqual(await findConnection({ home }, { path: root, required: true }), {
    url: 'http://127.0.0.1:7070',
    token: 'home-token',
    tokenFile: join(home, 'token'),
    workspace: 'team',
  });
});

test('a token goes only to the control plane that it belongs to', async (t) => {
  const home = await makeHome(t);
  const root = await temporaryFolder(t);
  const file = await write(join(root, 'my.json'), { url: 'https://team:7070', token: 'team-token' });
  const search = { path: file, required: true };
  const cases: [string, Environment, object, string | undefined][] = [
    ['the file', {}, {}, 'team-token'],
    ['another URL', { SLIPWAY_URL: 'https://other:1' }, {}, undefined],
    ['another URL with a token', { SLIPWAY_URL: 'https://other:1', SLIPWAY_TOKEN: 't' }, {}, 't'],
    ['the URL of the home server', {}, { url: 'http://127.0.0.1:7070/' }, 'home-token'],
    ['another port', {}, { url: 'http://127.0.0.1:7071' }, undefined],
    ['a home by hand', { SLIPWAY_URL: 'https://other:1', SLIPWAY_TOKEN: 't' }, { home }, 'home-token'],
    ['a token by hand', { SLIPWAY_TOKEN: 'e' }, { token: 'o' }, 'o'],
  ];
  for (const [what, environment, options, token] of cases) {
    setEnvironment(t, { SLIPWAY_HOME: home, ...environment });
    assert.equal((await findConnection(options, search)).token, token, what);
  }
});

test('a token file is read from beside its configuration', async (t) => {
  setEnvironment(t, {});
  const root = await temporaryFolder(t);
  await write(join(root, 'token'), 'abc\n');
  await write(join(root, '.slipway/config.json'), {
    url: 'http://h:1',
    workspace: 'w',
    tokenFile: '../token',
  });
  assert.equal((await findConnection({}, { path: root, required: true })).token, 'abc');
});

test('what cannot work is said with its reason', async (t) => {
  setEnvironment(t, { SLIPWAY_HOME: await temporaryFolder(t) });
  await assert.rejects(findConnection({}), { code: 'unavailable', message: /slipway up/ });
  await assert.rejects(findConnection({ url: 'ftp://x' }), { code: 'invalid_argument' });
  const root = await temporaryFolder(t);
  for (const content of ['not JSON', '[', 'null', '{"workspace": 7}', '{"workspace": ""}']) {
    const path = await write(join(root, 'c.json'), content);
    await assert.rejects(findConnection({}, { path, required: true }), { code: 'invalid_argument' }, content);
  }
});

test('writeConfig writes what fromConfig finds, without the token', async (t) => {
  setEnvironment(t, {});
  const server = await startControlPlane(t, { 'GET /workspaces/*': ({ part }) => workspaceResource(part) });
  const [home, root] = [await makeHome(t, server.url), await temporaryFolder(t)];
  const workspace = await Workspace.local({ home, name: 'team' });
  await workspace.writeConfig({ path: root });
  const found = await Workspace.fromConfig({ path: root });
  assert.equal(found.name, 'team');
  assert.deepEqual(found.client.connection, workspace.client.connection);
});
