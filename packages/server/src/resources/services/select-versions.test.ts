import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelSelection } from '@slipway/contract/api';
import { selectionProblems, selectVersions } from './select-versions.ts';

const REGISTERED = [5, 4, 2].map((version) => ({ name: 'digits', version, digest: `sha256:${version}` }));

const CASES: readonly [what: string, said: Partial<ModelSelection>, chosen: readonly string[]][] = [
  ['the newest when nothing is said', {}, ['5']],
  ['the latest two', { versionPolicy: { latest: 2 } }, ['5', '4']],
  ['more than there are', { versionPolicy: { latest: 9 } }, ['5', '4', '2']],
  ['all', { versionPolicy: { all: true } }, ['5', '4', '2']],
  ['specific ones', { versionPolicy: { specific: [2, 4] } }, ['4', '2']],
  ['labels bring their versions', { labels: { stable: 2, old: 2, canary: 5 } }, ['5 canary', '2 stable old']],
];

for (const [what, said, chosen] of CASES) {
  test(`versions selected: ${what}`, () => {
    const versions = selectVersions(REGISTERED, { name: 'digits', ...said });
    assert.deepEqual(
      versions.map(({ version, labels = [] }) => [version, ...labels].join(' ')),
      chosen,
    );
  });
}

test('versions that are not registered are named with their fields', () => {
  const selection = { name: 'digits', versionPolicy: { specific: [5, 3] }, labels: { canary: 6, stable: 4 } };
  assert.deepEqual(
    selectionProblems(REGISTERED, selection, 'models[0]').map(({ field, message }) => `${field} ${message}`),
    [
      'models[0].versionPolicy.specific[1] is digits:3, which is not registered',
      'models[0].labels.canary is digits:6, which is not registered',
    ],
  );
});
