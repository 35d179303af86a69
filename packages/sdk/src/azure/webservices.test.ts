import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import type { DeploymentSettings } from '../deployment-settings.ts';
import type { AksDeploymentOptions } from './aks-options.ts';
import { settingsOfOptions } from './settings-of-options.ts';
import { AksWebservice, LocalWebservice } from './webservices.ts';

function linesOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (thrown) {
    assert.ok(thrown instanceof SlipwayError && thrown.code === 'invalid_argument');
    return thrown.message.split('\n');
  }
  return [];
}

/** What is given, and the settings of ours that it stands for. */
const GOOD: readonly [AksDeploymentOptions, DeploymentSettings][] = [
  [{ cpuCores: null, tags: undefined }, {}],
  [
    { autoscaleEnabled: false, numReplicas: 3, cpuCores: 2, memoryGb: 4 },
    { autoscaler: null, numReplicas: 3, cpuCores: 2, memoryGb: 4 },
  ],
  [
    { cpuCores: 1, cpuCoresLimit: 1, memoryGb: 2, memoryGbLimit: 3 },
    { cpuCores: 1, cpuCoresLimit: 1, memoryGb: 2, memoryGbLimit: 3 },
  ],
  [{ tokenAuthEnabled: true }, { authEnabled: false, tokenAuthEnabled: true }],
  [
    { maxRequestWaitTime: 800, replicaMaxConcurrentRequests: 2 },
    { maxRequestWaitTimeMs: 800, replicaMaxConcurrentRequests: 2 },
  ],
  [
    { initialDelaySeconds: 310, successThreshold: 1 },
    { initialDelaySeconds: 310, successThreshold: 1 },
  ],
  [
    { tags: { a: '1' }, properties: { b: '2' }, description: 'digits', primaryKey: 'k1', secondaryKey: 'k2' },
    { tags: { a: '1' }, properties: { b: '2' }, description: 'digits', primaryKey: 'k1', secondaryKey: 'k2' },
  ],
  [
    { computeTargetName: 'local', namespace: 'a-1', enableAppInsights: true },
    { computeTarget: 'local', namespace: 'a-1', enableAppInsights: true },
  ],
  [{ gpuCores: 0, blobfuseEnabled: false }, { devices: { gpu: 0 } }],
  [{ gpuCores: 2 }, { devices: { gpu: 2 } }],
  [{ collectModelData: true }, { collectModelData: true }],
];
for (const [options, settings] of GOOD) {
  test(`${JSON.stringify(options)} is ${JSON.stringify(settings)}`, () => {
    const expected = { numReplicas: 1, ...settings };
    assert.deepEqual(AksWebservice.deployConfiguration({ numReplicas: 1, ...options }), expected);
  });
}

/** What is given, and what becomes of the number of replicas. */
const SCALED: readonly [AksDeploymentOptions, DeploymentSettings][] = [
  [{}, { autoscaler: {} }],
  [{ cpuCores: null, tags: undefined }, { autoscaler: {} }],
  [{ autoscaleEnabled: true }, { autoscaler: {} }],
  [
    {
      autoscaleEnabled: true,
      autoscaleMinReplicas: 2,
      autoscaleMaxReplicas: 4,
      autoscaleRefreshSeconds: 3,
      autoscaleTargetUtilization: 60,
    },
    { autoscaler: { minReplicas: 2, maxReplicas: 4, refreshPeriodSeconds: 3, targetUtilization: 60 } },
  ],
  [{ numReplicas: 2 }, { numReplicas: 2 }],
];
for (const [options, settings] of SCALED) {
  test(`${JSON.stringify(options)} is ${JSON.stringify(settings)}`, () => {
    assert.deepEqual(AksWebservice.deployConfiguration(options), settings);
  });
}

test('an update turns autoscaling on and off, and changes what is said of it alone', () => {
  assert.deepEqual(settingsOfOptions({ autoscaleEnabled: true, autoscaleMaxReplicas: 4 }, 'update'), {
    autoscaler: { maxReplicas: 4 },
  });
  assert.deepEqual(settingsOfOptions({ autoscaleEnabled: false }, 'update'), { autoscaler: null });
  assert.deepEqual(settingsOfOptions({ cpuCores: 2 }, 'update'), { cpuCores: 2 });
});

const ABOVE_ZERO = [
  'autoscaleMinReplicas',
  'autoscaleMaxReplicas',
  'autoscaleRefreshSeconds',
  'autoscaleTargetUtilization',
  'cpuCores',
  'cpuCoresLimit',
  'memoryGb',
  'memoryGbLimit',
  'scoringTimeoutMs',
  'replicaMaxConcurrentRequests',
  'maxRequestWaitTime',
  'numReplicas',
  'periodSeconds',
  'initialDelaySeconds',
  'timeoutSeconds',
  'successThreshold',
  'failureThreshold',
] as const;
for (const option of ABOVE_ZERO) {
  for (const value of [0, -1]) {
    test(`${option} cannot be ${value}`, () => {
      const name = option.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const lines = linesOf(() => AksWebservice.deployConfiguration({ [option]: value }));
      assert.equal(lines[0], `Invalid configuration, ${name} must be greater than zero.`);
    });
  }
}

/** What is given, and the lines that it is refused with, without what each begins with. */
const BAD: readonly (readonly [AksDeploymentOptions, readonly string[]])[] = [
  [{ cpuCores: 2, cpuCoresLimit: 1 }, ['cpu_cores_limit must be greater than or equal to cpu_cores.']],
  [{ memoryGb: 2, memoryGbLimit: 1 }, ['memory_gb_limit must be greater than or equal to memory_gb.']],
  [
    { authEnabled: true, tokenAuthEnabled: true },
    ['auth_enabled and token_auth_enabled cannot both be true.'],
  ],
  [{ autoscaleEnabled: false }, ['autoscale disabled but num_replicas not provided.']],
  [{ autoscaleEnabled: true, numReplicas: 1 }, ['autoscale enabled and num_replicas provided.']],
  [{ autoscaleMinReplicas: 1 }, ['autoscale_min_replicas provided without enabling autoscaling.']],
  [
    { autoscaleRefreshSeconds: 1, autoscaleTargetUtilization: 70 },
    [
      'autoscale_refresh_seconds provided without enabling autoscaling.',
      'autoscale_target_utilization provided without enabling autoscaling.',
    ],
  ],
  [
    { autoscaleEnabled: true, autoscaleMinReplicas: 3, autoscaleMaxReplicas: 2 },
    ['autoscale_min_replicas cannot be greater than autoscale_max_replicas.'],
  ],
  [{ gpuCores: -1 }, ['gpu_cores must be greater than or equal to zero.']],
  [
    { gpuCores: 0.5 },
    ['gpu_cores must be a whole number: replicas never share a GPU, so that one has it whole or not at all.'],
  ],
  [
    { blobfuseEnabled: true },
    ['blobfuse_enabled is not there here: models are kept by the server itself. Leave it out.'],
  ],
  [{ numReplicas: 1.5 }, ['num_replicas must be a whole number.']],
  [{ cpuCores: '2' as never }, ['cpu_cores must be a number.']],
  [{ authEnabled: 'yes' as never }, ['auth_enabled must be true or false.']],
  [{ description: 7 as never }, ['description must be a text.']],
  [{ tags: { a: 1 } as never }, ['tags must be names with texts.']],
  ...['', 'Team', '-a', 'a-', 'a.b', 'a'.repeat(64)].map(
    (namespace) =>
      [
        { namespace },
        ['namespace must be up to 63 of a-z, 0-9 and "-", with no "-" at either end.'],
      ] as const,
  ),
  [{ cpu: 1 } as never, ['cpu is not a parameter of it.']],
  [
    { cpuCores: 0, memoryGb: -1, autoscaleMaxReplicas: 4 },
    [
      'cpu_cores must be greater than zero.',
      'memory_gb must be greater than zero.',
      'autoscale_max_replicas provided without enabling autoscaling.',
    ],
  ],
];
for (const [options, lines] of BAD) {
  test(`${JSON.stringify(options)} is refused`, () => {
    const expected = lines.map((line) => `Invalid configuration, ${line}`);
    assert.deepEqual(
      linesOf(() => AksWebservice.deployConfiguration(options)),
      expected,
    );
  });
}

test('an update does not ask for what stays, and refuses what it cannot change', () => {
  assert.deepEqual(settingsOfOptions({ autoscaleEnabled: false, cpuCores: 2 }, 'update'), {
    autoscaler: null,
    cpuCores: 2,
  });
  const keys = { primaryKey: 'k', computeTargetName: 'local' };
  assert.deepEqual(
    linesOf(() => settingsOfOptions(keys, 'update')),
    [
      'Invalid configuration, primary_key cannot be changed by an update: regenerate the key, with a value of your own.',
      'Invalid configuration, compute_target_name cannot be changed by an update: delete the service and deploy it there.',
    ],
  );
});

test('a local service asks for no key, and its port is one', () => {
  assert.deepEqual(LocalWebservice.deployConfiguration(), { authEnabled: false });
  assert.deepEqual(LocalWebservice.deployConfiguration({ port: 7080 }), { authEnabled: false, port: 7080 });
  for (const port of [0, 65_536, 1.5]) {
    assert.deepEqual(
      linesOf(() => LocalWebservice.deployConfiguration({ port })),
      ['Invalid configuration, port must be a whole number from 1 to 65535.'],
    );
  }
});
