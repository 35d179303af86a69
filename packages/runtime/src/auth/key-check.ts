import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyDigest } from '@slipway/contract';
import type { CheckCredential } from './verifier.ts';

/**
 * Compares a key's digest with all of the service's, every time all of them and each in constant time, so that the time
 * tells nothing of which is near. Keys that were found good are known again without a digest, which would be a good part
 * of what a small request costs; with the check they are forgotten, when the service's keys change.
 */
export function createKeyCheck(keys: readonly KeyDigest[]): CheckCredential {
  const expected = keys.map(({ salt, digest }) => ({
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }));
  const good: Buffer[] = [];

  function isKnown(key: Buffer): boolean {
    return good.some((one) => one.length === key.length && timingSafeEqual(one, key));
  }

  function isGood(key: Buffer): boolean {
    let matches = 0;
    for (const { salt, digest } of expected) {
      // As text: a digest that the library hands over as a buffer costs twice as much.
      const given = hash('sha256', Buffer.concat([salt, key]), 'binary');
      matches |= Number(timingSafeEqual(Buffer.from(given, 'binary'), digest));
    }
    return matches === 1;
  }

  return (credential) => {
    const key = Buffer.from(credential, 'utf8');
    if (isKnown(key)) return undefined;
    if (!isGood(key)) return 'invalid key';
    good.push(key);
    return undefined;
  };
}
