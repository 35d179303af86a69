import { createHash, timingSafeEqual } from 'node:crypto';

/** True if two secrets are equal; how long it takes says nothing of where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
