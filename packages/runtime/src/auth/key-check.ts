import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyDigest } from '@slipway/contract';
import type { CheckCredential } from './verifier.ts';

/**
 * Compares a key's digest with all of the service's, every time all of them and each in constant time, so that the time
 * tells nothing of which is near. It takes a few microseconds, so nothing is remembered between requests.
 */
export function createKeyCheck(keys: readonly KeyDigest[]): CheckCredential {
  const expected = keys.map(({ salt, digest }) => ({
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }));
  return (credential) => {
    const key = Buffer.from(credential, 'utf8');
    let matches = 0;
    for (const { salt, digest } of expected) {
      // As text: a digest that the library hands over as a buffer costs twice as much.
      const given = hash('sha256', Buffer.concat([salt, key]), 'binary');
      matches |= Number(timingSafeEqual(Buffer.from(given, 'binary'), digest));
    }
    return matches === 1 ? undefined : 'invalid key';
  };
}
