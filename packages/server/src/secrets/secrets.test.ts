import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { loadMasterKey } from './master-key.ts';
import { readOrMakeSecret } from './secret-file.ts';
import { openTokenIssuer } from './token-issuer.ts';
import { createVault } from './vault.ts';

test('a secret opens in its own context and under its own key alone', () => {
  const vault = createVault(randomBytes(32));
  const sealed = vault.seal('the key', 'service-1');
  assert.equal(vault.open(sealed, 'service-1'), 'the key');
  assert.notEqual(vault.seal('the key', 'service-1'), sealed);
  assert.doesNotMatch(sealed, /the key/);
  const damaged = sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
  const [format, nonce] = sealed.split('.');
  for (const wrong of [damaged, '', 'v1', `${format}.${nonce}.`, sealed.replace('v1', 'v2')]) {
    assert.throws(() => vault.open(wrong, 'service-1'), { code: 'corrupt' }, wrong);
  }
  assert.throws(() => vault.open(sealed, 'service-2'), { code: 'corrupt' });
  assert.throws(() => createVault(randomBytes(32)).open(sealed, 'service-1'), { code: 'corrupt' });
});

test('a secret is made once, by one of many, for its owner alone', async (t) => {
  const path = join(await temporaryFolder(t), 'token');
  const made = await Promise.all(Array.from({ length: 5 }, () => readOrMakeSecret(path)));
  assert.equal(new Set(made).size, 1);
  assert.match(made[0] ?? '', /^[\w-]{43}$/);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readFile(path, 'utf8')).trim(), made[0]);
});

test('the master key comes from the environment, else from its file', async (t) => {
  const file = join(await temporaryFolder(t), 'master.key');
  const key = randomBytes(32);
  for (const encoding of ['base64', 'base64url'] as const) {
    const environment = { SLIPWAY_MASTER_KEY: key.toString(encoding) };
    assert.deepEqual(await loadMasterKey(file, environment), key);
  }
  await assert.rejects(stat(file), { code: 'ENOENT' });
  await assert.rejects(loadMasterKey(file, { SLIPWAY_MASTER_KEY: 'too short' }), {
    code: 'invalid_argument',
    message: /SLIPWAY_MASTER_KEY must hold 32 bytes/,
  });
  const made = await loadMasterKey(file, {});
  assert.deepEqual(await loadMasterKey(file, {}), made);
  await writeFile(file, '');
  await assert.rejects(loadMasterKey(file, {}), { code: 'invalid_argument', message: /master\.key/ });
});

test('the issuer keeps its key pair, encrypted, and another master key cannot use it', async () => {
  const store = createMemoryStore();
  const vault = createVault(randomBytes(32));
  const first = await openTokenIssuer(store, vault);
  const second = await openTokenIssuer(store, vault);
  assert.deepEqual(second.publicKeys, first.publicKeys);
  assert.equal(JSON.stringify(first.publicKeys).includes('"d"'), false);
  await assert.rejects(openTokenIssuer(store, createVault(randomBytes(32))), { code: 'corrupt' });
});
