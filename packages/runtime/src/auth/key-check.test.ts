import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { KeyDigest } from '@slipway/contract';
import { createKeyCheck } from './key-check.ts';

function digestOf(key: string): KeyDigest {
  const salt = randomBytes(16);
  const digest = createHash('sha256').update(salt).update(key).digest();
  return { salt: salt.toString('base64'), digest: digest.toString('base64') };
}

test('every key of the service opens it, and nothing else does', () => {
  const keys = Array.from({ length: 200 }, () => randomBytes(32).toString('base64url'));
  for (const [index, key] of keys.entries()) {
    const other = keys[index - 1] ?? 'Schlüssel';
    const check = createKeyCheck([digestOf(key), digestOf(other)]);
    for (const good of [key, other, key, other]) assert.equal(check(good), undefined);
    for (const wrong of ['', key.slice(1), `${key} `, key.toLowerCase(), key + other]) {
      assert.equal(check(wrong), 'invalid key');
    }
  }
});
