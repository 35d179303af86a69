import { createHash, timingSafeEqual } from 'node:crypto';

/** The credential of `Authorization: Bearer <token>`; the scheme in any case. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1];
}

/** Compares in a time that tells nothing of where the texts differ, nor of how long the expected one is. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
