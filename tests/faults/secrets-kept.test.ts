import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { processesMentioning } from '@slipway/testkit';
import { deploy } from '../harness/deployed.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeModels } from '../harness/models.ts';
import { score } from '../harness/scorers.ts';

/** The files that are secrets, and are for the owner alone. */
const SECRET_FILES = ['token', 'master.key'];

const KEY_OF_OWN = 'a key that somebody chose';
const WRONG_KEY = 'a key that nobody knows';

test('after a busy life no file, log or command line holds a key or a token, but for the files that are there to', async (t) => {
  const installation = await startInstallation(t);
  const { digits: model } = await writeModels(t);
  const { service, key } = await deploy(installation, { name: 'keys', model, config: {} });
  const tokens = { authEnabled: false, tokenAuthEnabled: true };
  const other = await deploy(installation, { name: 'tokens', model, config: tokens });
  const before = await service.getKeys();
  await service.regenKey('Primary', KEY_OF_OWN);
  const after = await service.regenKey('Secondary');

  const agent = new Agent();
  const scoreWith = (uri: string, credential: string, body = BLANK_DIGIT) =>
    score(agent, { uri, key: credential, body });
  assert.equal(await scoreWith(service.scoringUri, KEY_OF_OWN), undefined);
  assert.equal(await scoreWith(service.scoringUri, after.secondaryKey), undefined);
  assert.equal(await scoreWith(other.service.scoringUri, other.key), undefined);
  for (const refused of [WRONG_KEY, key, `${other.key}x`]) {
    assert.match((await scoreWith(service.scoringUri, refused)) ?? '200', /^401 /);
    assert.match((await scoreWith(other.service.scoringUri, refused)) ?? '200', /^401 /);
  }
  assert.match((await scoreWith(service.scoringUri, KEY_OF_OWN, '{"data": "no')) ?? '200', /^400 /);
  agent.destroy();
  await callApiWrongly(installation.home);
  await installation.killServer();
  await installation.startServer();

  const apiToken = (await readFile(join(installation.home, 'token'), 'utf8')).trim();
  const secrets = {
    ...{ 'first primary key': key, 'first secondary key': before.secondaryKey },
    ...{ 'own key': KEY_OF_OWN, 'secondary key': after.secondaryKey, 'wrong key': WRONG_KEY },
    ...{ token: other.key, 'signature of the token': other.key.split('.').at(-1) ?? '' },
    'API token': apiToken,
    'master key': (await readFile(join(installation.home, 'master.key'), 'utf8')).trim(),
  };
  const places = await readAllPlaces(installation);
  const found = places.flatMap(({ name, content }) =>
    Object.entries(secrets).flatMap(([what, secret]) =>
      holds(content, secret) ? [`${what} in ${name}`] : [],
    ),
  );
  assert.deepEqual(found, []);
  const searched = new Set(places.map(({ name }) => name));
  const expected = ['server.json', 'auth.json', 'spec.json', 'replica.log', 'gateway.log', 'slipway.sqlite'];
  assert.deepEqual(
    expected.filter((name) => !searched.has(name)),
    [],
    'these were to be searched, too',
  );
});

/** Requests to the control plane that fail, with the right token and with a wrong one. */
async function callApiWrongly(home: string): Promise<void> {
  const { url } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8'));
  const right = (await readFile(join(home, 'token'), 'utf8')).trim();
  const keys = `${url}/api/v1/workspaces/default/services/keys/keys`;
  for (const [token, body] of [
    [WRONG_KEY, '{}'],
    [right, JSON.stringify({ keyType: 'Wrong', key: KEY_OF_OWN })],
    [right, `{"keyType": "Primary", "key": "${KEY_OF_OWN}`],
  ] as const) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const { status } = await fetch(keys, { method: 'POST', headers, body });
    assert.ok(status >= 400, `${status}`);
  }
}

interface Place {
  readonly name: string;
  readonly content: Buffer;
}

/** All that others could see: files, but for the secret ones, the terminal, and the process table. */
async function readAllPlaces({ home, output }: Installation): Promise<readonly Place[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !SECRET_FILES.includes(entry.name));
  const read = files.map(async ({ parentPath, name }) => ({
    name,
    content: await readFile(join(parentPath, name)),
  }));
  const processes = await processesMentioning(home);
  return [
    ...(await Promise.all(read)),
    { name: 'the terminal', content: Buffer.from(output()) },
    ...processes.map(({ commandLine }) => ({ name: 'a command line', content: Buffer.from(commandLine) })),
  ];
}

/** True if the secret stands there as it is, or in a form that anybody can read. */
function holds(content: Buffer, secret: string): boolean {
  const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
  return forms.some((form) => content.includes(form));
}
