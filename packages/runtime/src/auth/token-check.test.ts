import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceAuth } from '@slipway/contract';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createTokenCheck } from './token-check.ts';

const ISSUER = 'slipway';
const AUDIENCE = 'service-1';

interface Claims {
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now. */
  readonly expiresIn?: number | undefined;
}

async function signer() {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg: 'EdDSA', kid: 'key-1' };
  const sign = ({ issuer = ISSUER, audience = AUDIENCE, expiresIn }: Claims) => {
    const token = new SignJWT().setProtectedHeader({ alg: 'EdDSA', kid: 'key-1' }).setIssuer(issuer);
    if (expiresIn !== undefined) token.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn);
    return token.setAudience(audience).sign(privateKey);
  };
  return { jwk, sign };
}

function tokenAuth(...publicKeys: Record<string, unknown>[]): Extract<ServiceAuth, { mode: 'token' }> {
  return {
    kind: 'ServiceAuth',
    generation: 1,
    mode: 'token',
    issuer: ISSUER,
    audience: AUDIENCE,
    publicKeys,
  };
}

test('a good token opens the service, again and again', async () => {
  const { jwk, sign } = await signer();
  const check = createTokenCheck(tokenAuth(jwk));
  const token = await sign({ expiresIn: 60 });
  assert.equal(await check(token), undefined);
  assert.equal(check(token), undefined, 'remembered, so not a promise');
});

test('a token ends when it says, also one that is remembered', async (t) => {
  const { jwk, sign } = await signer();
  const check = createTokenCheck(tokenAuth(jwk));
  const token = await sign({ expiresIn: 60 });
  assert.equal(await check(token), undefined);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 });
  assert.equal(await check(token), 'token expired');
  assert.equal(await check(token), 'token expired');
});

test('other tokens do not open it', async () => {
  const [own, other] = [await signer(), await signer()];
  const check = createTokenCheck(tokenAuth(own.jwk));
  const good = await own.sign({ expiresIn: 60 });
  const rows: [string, string][] = [
    ['another service', await own.sign({ expiresIn: 60, audience: 'service-2' })],
    ['another issuer', await own.sign({ expiresIn: 60, issuer: 'somebody' })],
    ['no end', await own.sign({})],
    ['another key', await other.sign({ expiresIn: 60 })],
    ['changed', `${good.slice(0, -4)}AAAA`],
    ['unsigned', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`],
    ['no token', 'key'],
    ['empty', ''],
  ];
  for (const [name, token] of rows) assert.equal(await check(token), 'invalid token', name);
});

test('tokens of the key before stay good while it is listed', async () => {
  const [older, newer] = [await signer(), await signer()];
  const keys = [{ ...newer.jwk, kid: 'key-2' }, older.jwk];
  const check = createTokenCheck(tokenAuth(...keys));
  assert.equal(await check(await older.sign({ expiresIn: 60 })), undefined);
});
