import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CacheKeyParts, cacheKey, readCpuFlags } from './cache-key.ts';

const parts: CacheKeyParts = {
  digest: 'sha256:1',
  engineVersion: '1.30.0',
  cpuFlags: 'x64 avx2',
  options: 'all',
};

test('the key is a file name, the same for the same parts', () => {
  assert.match(cacheKey(parts), /^[0-9a-f]{64}$/);
  assert.equal(cacheKey(parts), cacheKey({ ...parts }));
});

for (const part of Object.keys(parts) as (keyof CacheKeyParts)[]) {
  test(`another ${part} is another key`, () => {
    assert.notEqual(cacheKey({ ...parts, [part]: 'another' }), cacheKey(parts));
  });
}

test('the flags of this processor name its architecture', () => {
  assert.ok(readCpuFlags().startsWith(`${process.arch} `));
});
