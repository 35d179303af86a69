import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceCounts, ModelSelection, PartialDeploymentConfig } from '@slipway/contract/api';
import { completeConfig } from './config.ts';
import { exclusiveDeviceProblems } from './exclusive-devices.ts';
import type { RevisionPlan } from './revisions.ts';

const MODELS = ['cats', 'dogs'].map((name) => ({ name, version: 1, digest: 'sha256:a' }));
const SELECTIONS: readonly ModelSelection[] = [{ name: 'cats', versionPolicy: { latest: 1 } }];

function problemsOf(
  devices: DeviceCounts,
  plan: Partial<RevisionPlan>,
  given: PartialDeploymentConfig = {},
): readonly string[] {
  const config = completeConfig({ ...given, devices });
  const whole = { models: MODELS.slice(0, 1), selections: undefined, script: undefined, ...plan };
  return exclusiveDeviceProblems({ config, ...whole }).map(({ field, message }) => `${field} ${message}`);
}

const FINE: readonly [string, DeviceCounts, Partial<RevisionPlan>][] = [
  ['one model on one device', { fpga: 1 }, {}],
  ['two models on two devices', { fpga: 2 }, { models: MODELS }],
  ['two models on a GPU', { gpu: 1 }, { models: MODELS }],
  ['versions by policy on a GPU', { gpu: 1 }, { selections: SELECTIONS }],
  ['two models without the device', { fpga: 0 }, { models: MODELS, selections: SELECTIONS }],
];
for (const [what, devices, plan] of FINE)
  test(`${what}: nothing is wrong`, () => assert.deepEqual(problemsOf(devices, plan), []));

test('a device that runs one model at a time takes no second one', () => {
  const [problem, ...others] = problemsOf({ fpga: 1, gpu: 1 }, { models: MODELS });
  assert.deepEqual(others, []);
  assert.match(
    problem ?? '',
    /^models has 2 models \(cats:1, dogs:1\), but a replica of this service has 1 fpga, and each runs one model at a time: .* devices \{"fpga": 2\}$/,
  );
});

test('nor a version that is loaded beside the one before it', () => {
  const [problem, ...others] = problemsOf({ fpga: 1 }, { selections: SELECTIONS });
  assert.deepEqual(others, []);
  assert.match(problem ?? '', /^models chooses versions by policy or label, .*: name one version/);
});

test('nor the same model in several engines', () => {
  for (const given of [{ instances: 2 }, { modelSettings: { cats: { instances: 2 } } }]) {
    const [problem] = problemsOf({ fpga: 1 }, {}, given);
    assert.match(problem ?? '', /^config\.instances makes 2 engines, but .* has 1 fpga/);
    assert.deepEqual(problemsOf({ fpga: 2 }, {}, given), []);
    assert.deepEqual(problemsOf({ gpu: 1 }, {}, given), []);
  }
});
