import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEPLOYMENT, type DeploymentConfig } from '@slipway/contract/api';
import { batchingProblems, unknownModelProblems } from './batching-problems.ts';

const PROBLEMS: readonly [Partial<DeploymentConfig>, readonly string[]][] = [
  [{}, []],
  [{ batching: { mode: 'dynamic', maxSize: 8, maxDelayMs: 5, preferredSizes: [4, 8] }, instances: 2 }, []],
  [
    { batching: { mode: 'greedy', maxDelayMs: 5, preferredSizes: [4] } },
    ['config.batching.maxDelayMs', 'config.batching.preferredSizes'],
  ],
  [
    { modelSettings: { digits: { batching: { mode: 'dynamic', maxSize: 4, preferredSizes: [4, 8] } } } },
    ['config.modelSettings.digits.batching.preferredSizes'],
  ],
  [{ lane: 'inline', instances: 2 }, ['config.instances']],
  [
    { lane: 'inline', modelSettings: { digits: { instances: 2 } } },
    ['config.modelSettings.digits.instances'],
  ],
];
for (const [config, expected] of PROBLEMS) {
  test(`${JSON.stringify(config)} has ${expected.length} problems`, () => {
    const problems = batchingProblems({ ...DEFAULT_DEPLOYMENT, ...config });
    assert.deepEqual(
      problems.map(({ field }) => field),
      expected,
    );
  });
}

test('settings of a model that the service has not are refused', () => {
  const config = { ...DEFAULT_DEPLOYMENT, modelSettings: { digits: {}, digit: {} } };
  const models = [{ name: 'digits', version: 1, digest: 'sha256:0' }];
  const problems = unknownModelProblems({ models, config });
  assert.deepEqual(
    problems.map(({ field }) => field),
    ['config.modelSettings.digit'],
  );
});
