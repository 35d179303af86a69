import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { createModelCache, MODEL_FILE } from './model-cache.ts';

const write = (content: string) => (folder: string) => writeFileSync(join(folder, MODEL_FILE), content);

test('an entry is found again, by another cache of the same folder too', async (t) => {
  const folder = join(await temporaryFolder(t), 'made', 'when needed');
  const cache = createModelCache(folder);
  assert.equal(cache.find('a'), undefined);
  const entry = cache.add('a', write('model'));
  assert.equal(readFileSync(join(entry, MODEL_FILE), 'utf8'), 'model');
  assert.equal(createModelCache(folder).find('a'), entry);
});

test('a build that fails leaves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = createModelCache(folder);
  const build = () => {
    throw new Error('the disk is full');
  };
  assert.throws(() => cache.add('a', build), /the disk is full/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a broken entry is not found, and is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = createModelCache(folder);
  const entry = cache.add('a', write('model'));
  writeFileSync(join(entry, MODEL_FILE), 'm0del');
  assert.equal(cache.find('a'), undefined);
  assert.equal(existsSync(entry), false);
});

test('the entry of a faster process stands', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = createModelCache(folder);
  const entry = cache.add('a', (temporary) => {
    createModelCache(folder).add('a', write('theirs'));
    write('ours')(temporary);
  });
  assert.equal(readFileSync(join(entry, MODEL_FILE), 'utf8'), 'theirs');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('stays within its bytes', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = createModelCache(folder, 1_000);
  for (const key of ['a', 'b', 'c']) cache.add(key, write('x'.repeat(700)));
  assert.deepEqual(readdirSync(folder), ['c']);
});
