import type { ServiceAuth } from '@slipway/contract';
import { createKeyCheck } from './key-check.ts';

/** Why a caller is not let in; `undefined` if it is. */
export type Refusal = 'invalid key' | 'invalid token' | 'token expired' | undefined;

/** Tells whether a credential opens the service. A promise only where a token was not seen before. */
export type CheckCredential = (credential: string) => Refusal | Promise<Refusal>;

/** The check that a key file asks for; `undefined` where anybody may call. Tokens load their library only now. */
export async function createCredentialCheck(auth: ServiceAuth): Promise<CheckCredential | undefined> {
  switch (auth.mode) {
    case 'none':
      return undefined;
    case 'key':
      return createKeyCheck(auth.keys);
    case 'token': {
      const { createTokenCheck } = await import('./token-check.ts');
      return createTokenCheck(auth);
    }
  }
}
