import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartialDeploymentConfig } from '@slipway/contract/api';
import { type DeploymentFlags, deploymentConfig } from './deployment-options.ts';

const CASES: readonly [Partial<DeploymentFlags>, PartialDeploymentConfig | undefined][] = [
  [{}, undefined],
  [
    { replicas: 2, cpu: 1, cpuLimit: 2 },
    { numReplicas: 2, cpuCores: 1, cpuCoresLimit: 2 },
  ],
  [
    { initialDelaySeconds: 5, successThreshold: 2 },
    { initialDelaySeconds: 5, successThreshold: 2 },
  ],
  [
    { enableAppInsights: true, namespace: 'team' },
    { enableAppInsights: true, namespace: 'team' },
  ],
  [
    { autoscaleEnabled: true, autoscaleMinReplicas: 0, autoscaleMaxReplicas: 4, autoscaleIdleSeconds: 9 },
    { autoscaler: { minReplicas: 0, maxReplicas: 4, idleSeconds: 9 } },
  ],
  [
    { autoscaleEnabled: false, replicas: 0 },
    { autoscaler: null, numReplicas: 0 },
  ],
  [{ gpu: 0, device: { fpga: 1, gpu: 2 } }, { devices: { fpga: 1, gpu: 0 } }],
  [{ bothOutputNames: false }, { bothOutputNames: false }],
  [{ tokenAuth: true }, { authEnabled: false, tokenAuthEnabled: true }],
  [{ batching: 'off' }, { batching: { mode: 'off' } }],
  [{ batchMaxSize: 8 }, { batching: { mode: 'greedy', maxSize: 8 } }],
  [{ batchMaxDelayMs: 5 }, { batching: { mode: 'dynamic', maxDelayMs: 5 } }],
  [
    { batching: 'dynamic', batchMaxSize: 8, batchMaxDelayMs: 5, instances: 2 },
    { batching: { mode: 'dynamic', maxSize: 8, maxDelayMs: 5 }, instances: 2 },
  ],
];
for (const [flags, expected] of CASES) {
  test(`${JSON.stringify(flags)} asks for ${JSON.stringify(expected)}`, async () => {
    assert.deepEqual(await deploymentConfig({ auth: true, ...flags }, 'deploy'), expected);
  });
}
