import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { readJsonFile, writeJsonFile } from './json-file.ts';

test('writes and replaces a file for its owner, and leaves nothing else behind', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'state.json');
  await writeJsonFile(path, { a: 1 });
  await writeJsonFile(path, { a: 2 });
  assert.deepEqual(await readJsonFile(path), { a: 2 });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ['state.json']);
});

test('what cannot be written leaves the old file as it was', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'state.json');
  await mkdir(path);
  await writeFile(join(path, 'kept'), 'old');
  await assert.rejects(writeJsonFile(path, 'new'), { code: 'storage_full', message: /state\.json/ });
  assert.equal(await readFile(join(path, 'kept'), 'utf8'), 'old');
  assert.deepEqual(await readdir(folder), ['state.json']);
});

test('JSON that is not there or not JSON is an error naming the file', async (t) => {
  const path = join(await temporaryFolder(t), 'x.json');
  await assert.rejects(readJsonFile(path), { code: 'not_found', message: new RegExp(path) });
  await writeFile(path, '{');
  await assert.rejects(readJsonFile(path), {
    code: 'invalid_argument',
    message: new RegExp(`${path} is not JSON`),
  });
});
