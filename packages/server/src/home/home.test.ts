import assert from 'node:assert/strict';
import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import { lockHome } from './home-lock.ts';
import { homePaths } from './home-paths.ts';
import { readJsonOfKind } from './json-of-kind.ts';
import { defaultHome, openHome, sweepTemporaryFiles } from './open-home.ts';

test('a home is made for its owner alone, and known by its real path', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'link'));
  const paths = await openHome(join(folder, 'link', 'home'));
  assert.equal(paths.root, join(folder, 'real', 'home'));
  for (const path of [paths.root, paths.replicas, paths.gateway]) {
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  }
  assert.equal(paths.model('sha256:ab'), join(paths.root, 'models', 'sha256-ab'));
});

test('a home that cannot be made says so', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(openHome(join(folder, 'file', 'home')), /ENOTDIR|cannot be written/);
});

test('the default home comes from the environment', () => {
  assert.equal(defaultHome({ SLIPWAY_HOME: '/x' }), '/x');
  assert.equal(defaultHome({ SLIPWAY_HOME: '' }), join(homedir(), '.slipway'));
});

test('a home has one holder at a time', async (t) => {
  const paths = await openHome(await temporaryFolder(t));
  const lock = await lockHome(paths);
  await assert.rejects(lockHome(paths), /held by another server that is just starting or stopping/);
  await writeJsonFile(paths.serverInfo, { kind: 'ServerInfo', pid: 12, url: 'http://here' });
  await assert.rejects(lockHome(paths), { code: 'conflict', details: { pid: 12, url: 'http://here' } });
  lock.release();
  (await lockHome(paths)).release();
});

test('a JSON file is written whole, for its owner, and read only as what it says it is', async (t) => {
  const file = join(await temporaryFolder(t), 'x.json');
  await writeJsonFile(file, { kind: 'X', n: 1 });
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readJsonOfKind(file, 'X'), { kind: 'X', n: 1 });
  assert.equal(await readJsonOfKind(file, 'Y'), undefined);
  await writeFile(file, '{"kind": "X"');
  assert.equal(await readJsonOfKind(file, 'X'), undefined);
  assert.equal(await readJsonOfKind(`${file}.none`, 'X'), undefined);
  await assert.rejects(writeJsonFile(join(file, 'inner'), {}), {
    code: 'storage_full',
    message: /not a directory/,
  });
});

test('what writers that died left is removed, and nothing else', async (t) => {
  const paths = await openHome(await temporaryFolder(t));
  await mkdir(paths.replica('r'));
  const kept = [paths.replicaSpec('r'), join(paths.root, 'note.tmp-x')];
  for (const path of kept) await writeFile(path, '');
  const left = [`${paths.replicaSpec('r')}.tmp-0123abcd`, `${paths.gatewayRoutes}.tmp-0123abcd`];
  for (const path of left) await writeFile(path, '');
  await sweepTemporaryFiles(paths);
  assert.deepEqual(await readdir(paths.replica('r')), ['spec.json']);
  assert.deepEqual(await readdir(paths.gateway), []);
  assert.ok((await readdir(paths.root)).includes('note.tmp-x'));
  assert.equal(homePaths(paths.root).replica('r'), paths.replica('r'));
});
