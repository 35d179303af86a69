import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEPLOYMENT } from '@slipway/contract/api';
import { providerProblems } from './provider-problems.ts';

const ROWS: readonly (readonly [readonly string[], boolean, readonly string[]])[] = [
  [['cpu'], true, []],
  [['cuda'], false, []],
  [['tensorrt', 'cuda', 'cpu'], true, []],
  [['cpu', 'cuda'], true, ['config.executionProviders']],
  [['cuda', 'cpu'], false, ['config.cpuFallback']],
];
for (const [executionProviders, cpuFallback, fields] of ROWS) {
  test(`${executionProviders} with cpuFallback ${cpuFallback}: ${fields.length === 0 ? 'good' : fields}`, () => {
    const problems = providerProblems({ ...DEFAULT_DEPLOYMENT, executionProviders, cpuFallback });
    assert.deepEqual(
      problems.map(({ field }) => field),
      fields,
    );
  });
}
