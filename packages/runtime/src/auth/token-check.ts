import type { ServiceAuth } from '@slipway/contract';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { CheckCredential, Refusal } from './verifier.ts';

/** Verified tokens that are remembered: more than a service has callers, less than a megabyte. */
const REMEMBERED_TOKENS = 1_000;

type TokenAuth = Extract<ServiceAuth, { readonly mode: 'token' }>;

/**
 * Verifies tokens (JWT, EdDSA) against the service's public keys, issuer and audience. A good one is remembered
 * until it expires, because a signature costs a hundred times what a look-up does.
 */
export function createTokenCheck(auth: TokenAuth): CheckCredential {
  const keys = createLocalJWKSet({ keys: auth.publicKeys } as unknown as JSONWebKeySet);
  const rules = {
    issuer: auth.issuer,
    audience: auth.audience,
    algorithms: ['EdDSA', 'Ed25519'],
    requiredClaims: ['exp'],
  };
  const goodUntil = new Map<string, number>();

  function remember(token: string, expiresAt: number): void {
    const oldest = goodUntil.size >= REMEMBERED_TOKENS ? goodUntil.keys().next().value : undefined;
    if (oldest !== undefined) goodUntil.delete(oldest);
    goodUntil.set(token, expiresAt);
  }

  async function verify(token: string): Promise<Refusal> {
    try {
      const { payload } = await jwtVerify(token, keys, rules);
      remember(token, (payload.exp ?? 0) * 1000);
      return undefined;
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'token expired' : 'invalid token';
    }
  }

  return (token) => {
    const expiresAt = goodUntil.get(token);
    if (expiresAt === undefined) return verify(token);
    if (Date.now() < expiresAt) return undefined;
    goodUntil.delete(token);
    return 'token expired';
  };
}
