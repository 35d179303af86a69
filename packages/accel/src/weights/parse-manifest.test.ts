import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from '@slipway/graph/catalogue';
import { WEIGHTS } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import { published } from './published.test.helper.ts';

test('what Slipway knows to be published is as a manifest must be', () => {
  assert.deepEqual(parseManifest({ weights: WEIGHTS }, 'manifest.ts'), WEIGHTS);
  for (const { network, version } of WEIGHTS) assert.equal(version, CATALOGUE[network].versions.float);
});

test('all that is wrong with a manifest is told at once', () => {
  const entry = {
    ...published('http://127.0.0.1'),
    network: 'alexnet',
    checksum: { algorithm: 'md5', digest: 'x' },
  };
  assert.throws(() => parseManifest({ weights: [entry] }, 'own.json'), {
    message:
      /^own\.json is no manifest of weights: weights\[0\]\.network: .*; weights\[0\]\.checksum\.digest: .*\.$/,
  });
  const good = published('http://127.0.0.1');
  assert.throws(() => parseManifest({ weights: [good, good] }, 'own.json'), { message: /is there twice/ });
  assert.throws(() => parseManifest([], 'own.json'), { message: /weights: it must be a list/ });
});
