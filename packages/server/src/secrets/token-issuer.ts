import { randomUUID } from 'node:crypto';
import type { ServiceToken } from '@slipway/contract/api';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { SigningKeyRecord } from '../store/collections.ts';
import type { Store, Stored } from '../store/store.ts';
import type { Vault } from './vault.ts';

/** Seconds that a token is good for, and after which its holder should ask for the next (Azure: two hours and one). */
const LIFETIME_SECONDS = 2 * 60 * 60;
const REFRESH_AFTER_SECONDS = 60 * 60;

/** Ed25519: short signatures that are fast to check, and no parameter to choose wrong. */
const ALGORITHM = 'EdDSA';

/** Makes tokens that replicas can check without asking anyone. */
export interface TokenIssuer {
  /** The `iss` of every token. */
  readonly issuer: string;
  /** What replicas check tokens with, newest first. */
  readonly publicKeys: readonly Readonly<Record<string, unknown>>[];
  /** A token whose audience is the service with this id. */
  issue(serviceUid: string): Promise<ServiceToken>;
}

/** The installation's issuer; its key pair is made at the first start. Throws `corrupt` if the master key is another. */
export async function openTokenIssuer(store: Store, vault: Vault): Promise<TokenIssuer> {
  const made = await makeSigningKey(vault);
  const keys = await store.write(async (writer) => {
    const present = await writer.list('signingKeys', { order: 'newest', limit: 100 });
    return present.length > 0 ? present : [await writer.put('signingKeys', made.id, made.record, 'absent')];
  });
  return createIssuer(keys, vault);
}

async function makeSigningKey(vault: Vault): Promise<{ id: string; record: SigningKeyRecord }> {
  const id = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const record = {
    publicKey: { ...(await exportJWK(publicKey)), kid: id, alg: ALGORITHM, use: 'sig' },
    sealedPrivateKey: vault.seal(JSON.stringify(await exportJWK(privateKey)), id),
    createdAt: new Date().toISOString(),
  };
  return { id, record };
}

async function createIssuer(keys: readonly Stored<SigningKeyRecord>[], vault: Vault): Promise<TokenIssuer> {
  const [newest] = keys;
  if (newest === undefined) throw new RangeError('An issuer needs a signing key.');
  const privateJwk = JSON.parse(vault.open(newest.value.sealedPrivateKey, newest.id)) as JWK;
  const privateKey = await importJWK(privateJwk, ALGORITHM);
  const issuer = 'slipway';
  return {
    issuer,
    publicKeys: keys.map(({ value }) => value.publicKey),
    async issue(serviceUid) {
      const now = Math.floor(Date.now() / 1000);
      const expiryOn = now + LIFETIME_SECONDS;
      const accessToken = await new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM, kid: newest.id, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(serviceUid)
        .setIssuedAt(now)
        .setExpirationTime(expiryOn)
        .setJti(randomUUID())
        .sign(privateKey);
      return { accessToken, tokenType: 'Bearer', refreshAfter: now + REFRESH_AFTER_SECONDS, expiryOn };
    },
  };
}
