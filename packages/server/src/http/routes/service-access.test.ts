import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { serviceAuth } from '../../resources/services/service-auth.ts';
import { startApi, type TestApi } from '../api.test.support.ts';

const SERVICE = '/workspaces/default/services/digits';

async function deployed(t: TestContext, over: Record<string, unknown> = {}): Promise<TestApi> {
  const api = await startApi(t);
  await api.register('digits');
  const body = { name: 'digits', models: ['digits'], ...over };
  const answer = await api.call('POST', '/workspaces/default/services', { body });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return api;
}

async function authOf({ store, vault, tokens }: TestApi) {
  const service = await store.read((reader) => reader.get('services', 'digits'));
  assert.ok(service);
  return serviceAuth(service.value, { vault, tokens });
}

test('a service has two keys; one can be replaced, and is applied before the answer', async (t) => {
  const api = await deployed(t);
  const before = (await api.call('GET', `${SERVICE}/keys`)).body;
  assert.match(before.primaryKey, /^[\w-]{43}$/);
  assert.notEqual(before.primaryKey, before.secondaryKey);

  const answer = await api.call('POST', `${SERVICE}/keys`, { body: { keyType: 'Primary' } });
  assert.equal(answer.status, 200);
  assert.notEqual(answer.body.primaryKey, before.primaryKey);
  assert.equal(answer.body.secondaryKey, before.secondaryKey);
  assert.deepEqual(api.fleet.applied, ['digits']);
  assert.deepEqual((await api.call('GET', `${SERVICE}/keys`)).body, answer.body);

  const chosen = { keyType: 'Secondary', key: 'a key of my own choice' };
  assert.equal((await api.call('POST', `${SERVICE}/keys`, { body: chosen })).body.secondaryKey, chosen.key);
  const twice = await api.call('POST', `${SERVICE}/keys`, { body: { ...chosen, keyType: 'Primary' } });
  assert.equal(twice.body.error.details.field, 'key');
});

test('keys can be chosen at the deployment, and stand nowhere in clear', async (t) => {
  const primaryKey = 'primary-key-of-choice';
  const api = await deployed(t, { primaryKey });
  assert.equal((await api.call('GET', `${SERVICE}/keys`)).body.primaryKey, primaryKey);
  const kept = await api.store.read(async (reader) => [
    await reader.list('services', { limit: 10 }),
    await reader.list('idempotency', { limit: 10 }),
  ]);
  assert.doesNotMatch(JSON.stringify(kept), /primary-key-of-choice/);
  assert.doesNotMatch(api.logs.join(''), /primary-key-of-choice|the-token-of-the-tests/);
});

test('replicas are told digests of the keys that change with the keys alone', async (t) => {
  const api = await deployed(t);
  const { primaryKey } = (await api.call('GET', `${SERVICE}/keys`)).body;
  const auth = await authOf(api);
  assert.deepEqual(await authOf(api), auth);
  assert.ok(auth.mode === 'key' && auth.keys.length === 2);
  const [first] = auth.keys;
  const digest = createHash('sha256')
    .update(Buffer.from(first?.salt ?? '', 'base64'))
    .update(primaryKey)
    .digest('base64');
  assert.equal(first?.digest, digest);

  await api.call('POST', `${SERVICE}/keys`, { body: { keyType: 'Primary' } });
  const after = await authOf(api);
  assert.equal(after.generation, auth.generation + 1);
  assert.ok(after.mode === 'key');
  assert.notEqual(after.keys[0]?.digest, digest);
});

test('a token is for one service, for two hours, and checks with the public key alone', async (t) => {
  const api = await deployed(t, { config: { authEnabled: false, tokenAuthEnabled: true } });
  const { body } = await api.call('POST', `${SERVICE}/token`);
  assert.equal(body.tokenType, 'Bearer');
  assert.equal(body.expiryOn - body.refreshAfter, 3600);
  const auth = await authOf(api);
  assert.ok(auth.mode === 'token');
  const keys = createLocalJWKSet({ keys: auth.publicKeys.map((key) => ({ kty: 'OKP', ...key })) });
  const { issuer, audience } = auth;
  const { payload } = await jwtVerify(body.accessToken, keys, { issuer, audience });
  assert.equal(payload.exp, body.expiryOn);
  assert.equal(JSON.stringify(auth).includes('"d"'), false);

  const noKeys = await api.call('GET', `${SERVICE}/keys`);
  assert.deepEqual([noKeys.status, noKeys.body.error.code], [409, 'conflict']);
});

test('a service changes from keys to tokens to nothing and back to the same keys', async (t) => {
  const api = await deployed(t);
  const keys = (await api.call('GET', `${SERVICE}/keys`)).body;
  const set = (config: Record<string, boolean>) => api.call('PATCH', SERVICE, { body: { config } });
  assert.equal((await api.call('POST', `${SERVICE}/token`)).body.error.code, 'conflict');
  await set({ authEnabled: false, tokenAuthEnabled: true });
  assert.equal((await authOf(api)).mode, 'token');
  await set({ tokenAuthEnabled: false });
  assert.deepEqual(await authOf(api), { kind: 'ServiceAuth', generation: 3, mode: 'none' });
  assert.equal((await api.call('POST', `${SERVICE}/token`)).body.error.code, 'conflict');
  await set({ authEnabled: true });
  assert.deepEqual((await api.call('GET', `${SERVICE}/keys`)).body, keys);
});
