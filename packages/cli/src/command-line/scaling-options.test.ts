import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeploymentSettings } from '@slipway/sdk';
import { type ScalingFlags, scalingConfig } from './scaling-options.ts';

/** What stands in a file, what is said beside it, and what comes of both. */
const CASES: readonly [DeploymentSettings, ScalingFlags, DeploymentSettings][] = [
  [{}, {}, {}],
  [{ numReplicas: 3 }, {}, { numReplicas: 3 }],
  [{ autoscaler: null }, {}, { autoscaler: null }],
  [{ autoscaler: {} }, { replicas: 2 }, { numReplicas: 2 }],
  [{ numReplicas: 3 }, { autoscaleEnabled: true }, { autoscaler: {} }],
  [
    { autoscaler: { minReplicas: 2, maxReplicas: 9 } },
    { autoscaleMaxReplicas: 5 },
    { autoscaler: { minReplicas: 2, maxReplicas: 5 } },
  ],
  [{ numReplicas: 3 }, { autoscaleEnabled: false }, { autoscaler: null, numReplicas: 3 }],
];
for (const [file, flags, expected] of CASES) {
  test(`${JSON.stringify(flags)} on ${JSON.stringify(file)} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(scalingConfig(flags, file, 'deploy'), expected);
  });
}

const BAD: readonly [DeploymentSettings, ScalingFlags, string][] = [
  [{}, { autoscaleMinReplicas: 0 }, 'autoscale_min_replicas provided without enabling autoscaling.'],
  [{}, { autoscaleMaxReplicas: 2 }, 'autoscale_max_replicas provided without enabling autoscaling.'],
  [{}, { autoscaleIdleSeconds: 2 }, 'autoscale_idle_seconds provided without enabling autoscaling.'],
  [{}, { autoscaleEnabled: true, replicas: 2 }, 'autoscale enabled and num_replicas provided.'],
  [{}, { autoscaleEnabled: false }, 'autoscale disabled but num_replicas not provided.'],
  [{ autoscaler: {}, numReplicas: 2 }, {}, 'autoscale enabled and num_replicas provided.'],
];
for (const [file, flags, line] of BAD) {
  test(`${JSON.stringify(flags)} on ${JSON.stringify(file)}: ${line}`, () => {
    assert.throws(() => scalingConfig(flags, file, 'deploy'), { message: `Invalid configuration, ${line}` });
  });
}
