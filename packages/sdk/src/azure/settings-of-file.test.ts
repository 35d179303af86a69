import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { settingsOfFile } from './settings-of-file.ts';

/** As Azure's documentation shows it, with every group of fields. */
const AKS = {
  computeType: 'aks',
  autoScaler: {
    autoscaleEnabled: false,
    minReplicas: null,
    maxReplicas: null,
    refreshPeriodInSeconds: null,
    targetUtilization: null,
  },
  dataCollection: { storageEnabled: false },
  authEnabled: true,
  containerResourceRequirements: { cpu: 0.5, memoryInGB: 1, cpuLimit: 2, memoryInGBLimit: 3 },
  appInsightsEnabled: true,
  scoringTimeoutMs: 5000,
  maxConcurrentRequestsPerContainer: 2,
  maxQueueWaitMs: 700,
  numReplicas: 3,
  keys: { primaryKey: 'primary', secondaryKey: 'secondary' },
  kvTags: { team: 'digits' },
  properties: { origin: 'azure' },
  description: 'digits',
  gpuCores: 0,
  livenessProbeRequirements: {
    periodSeconds: 20,
    initialDelaySeconds: 100,
    timeoutSeconds: 4,
    successThreshold: 2,
    failureThreshold: 5,
  },
  namespace: 'team',
  computeName: 'local',
};

test("Azure's file is read as it is", () => {
  assert.deepEqual(settingsOfFile(AKS, 'deploy'), {
    authEnabled: true,
    cpuCores: 0.5,
    cpuCoresLimit: 2,
    memoryGb: 1,
    memoryGbLimit: 3,
    collectModelData: false,
    enableAppInsights: true,
    scoringTimeoutMs: 5000,
    replicaMaxConcurrentRequests: 2,
    maxRequestWaitTimeMs: 700,
    autoscaler: null,
    numReplicas: 3,
    primaryKey: 'primary',
    secondaryKey: 'secondary',
    tags: { team: 'digits' },
    properties: { origin: 'azure' },
    description: 'digits',
    periodSeconds: 20,
    initialDelaySeconds: 100,
    timeoutSeconds: 4,
    successThreshold: 2,
    failureThreshold: 5,
    devices: { gpu: 0 },
    namespace: 'team',
    computeTarget: 'local',
  });
});

const ACI = { computeType: 'ACI', containerResourceRequirements: { cpu: 1, memoryInGB: 1 } };

/** Files, and the settings that they stand for. */
const GOOD: readonly [file: Record<string, unknown>, settings: Record<string, unknown>][] = [
  [{ computeType: 'LOCAL' }, { authEnabled: false }],
  [
    { computeType: 'local', port: 32_267 },
    { authEnabled: false, port: 32_267 },
  ],
  [ACI, { authEnabled: false, cpuCores: 1, memoryGb: 1 }],
  [
    { ...ACI, authEnabled: true, sslEnabled: false },
    { authEnabled: true, cpuCores: 1, memoryGb: 1 },
  ],
  [
    { computeType: 'AKS', aadAuthEnabled: true },
    { authEnabled: false, tokenAuthEnabled: true, autoscaler: {} },
  ],
  [
    { computeType: 'AKS', tokenAuthEnabled: false, aadAuthEnabled: false },
    { tokenAuthEnabled: false, autoscaler: {} },
  ],
  [
    { computeType: 'aks', autoScaler: { autoscaleEnabled: true, minReplicas: 2, targetUtilization: 50 } },
    { autoscaler: { minReplicas: 2, targetUtilization: 50 } },
  ],
  [
    { numReplicas: 2, batching: { mode: 'off' }, tags: { a: '1' } },
    { numReplicas: 2, batching: { mode: 'off' }, tags: { a: '1' } },
  ],
];
for (const [file, settings] of GOOD) {
  test(`${JSON.stringify(file)} is ${JSON.stringify(settings)}`, () => {
    assert.deepEqual(settingsOfFile(file, 'deploy'), settings);
  });
}

/** Files, and what each line of the error says after `Invalid configuration, `. */
const BAD: readonly [file: Record<string, unknown>, lines: readonly RegExp[]][] = [
  [{ computeType: 'AKSX' }, [/^computeType "AKSX" must be one of AKS, ACI, LOCAL\.$/]],
  [{ computeType: 7 }, [/^computeType 7 must be one of/]],
  [
    { computeType: 'AKS', replicas: 2, autoScaler: { minReplica: 1 }, keys: { third: '' } },
    [
      /^replicas is not a field of a deployment to AKS\.$/,
      /^autoScaler\.minReplica is not/,
      /^keys\.third is not/,
    ],
  ],
  [{ computeType: 'AKS', autoScaler: true }, [/^autoScaler is not a field/]],
  [{ computeType: 'AKS', keys: { primaryKey: { deep: 1 } } }, [/^primary_key must be a text\.$/]],
  [{ computeType: 'AKS', location: 'eastus' }, [/^location is not a field of a deployment to AKS\.$/]],
  [
    { ...ACI, location: 'eastus', sslEnabled: true, numReplicas: 2 },
    [
      /^location cannot be said of one service: a service runs where its server runs\.$/,
      /^sslEnabled cannot be said of one service: TLS belongs to the server/,
      /^numReplicas is not a field of a deployment to ACI\.$/,
    ],
  ],
  [{ computeType: 'LOCAL', authEnabled: true }, [/^authEnabled is not a field of a deployment to LOCAL\.$/]],
  [{ computeType: 'LOCAL', port: '7' }, [/^port must be a whole number from 1 to 65535\.$/]],
  [
    { computeType: 'AKS', gpuCores: 1, containerResourceRequirements: { gpu: 2 } },
    [/^containerResourceRequirements\.gpu says something else than gpuCores\.$/],
  ],
  [
    { computeType: 'AKS', autoScaler: { autoscaleEnabled: true }, numReplicas: 2 },
    [/^autoscale enabled and num_replicas provided\.$/],
  ],
  [
    { computeType: 'AKS', dataCollection: { storageEnabled: 1 } },
    [/^collect_model_data must be true or false/],
  ],
  [
    { computeType: 'AKS', replicas: 1, containerResourceRequirements: { cpu: 0, memoryInGB: 0 } },
    [
      /^replicas is not/,
      /^cpu_cores must be greater than zero\.$/,
      /^memory_gb must be greater than zero\.$/,
    ],
  ],
  [
    { autoScaler: {}, dataCollection: { storageEnabled: true }, kvTags: {}, cpu_cores: 1, gpuCores: 0 },
    [
      /^autoScaler is a field of Azure's.*"computeType"/,
      /^dataCollection is a field of Azure's/,
      /^kvTags is a/,
      /^cpu_cores is a/,
      /^gpuCores is a field of Azure's/,
    ],
  ],
];
test('how data is collected is said under our names in a file of ours', () => {
  const file = { collectModelData: true, dataCollection: { format: 'parquet', keepDays: 7 } };
  assert.deepEqual(settingsOfFile(file, 'update'), file);
});

for (const [file, lines] of BAD) {
  test(`${JSON.stringify(file)} is refused`, () => {
    assert.throws(
      () => settingsOfFile(file, 'deploy'),
      (thrown) => {
        assert.ok(thrown instanceof SlipwayError && thrown.code === 'invalid_argument');
        const told = thrown.message.split('\n');
        assert.equal(told.length, lines.length, thrown.message);
        for (const [index, line] of lines.entries()) {
          assert.match(told[index]?.replace(/^Invalid configuration, /, '') ?? '', line);
        }
        return true;
      },
    );
  });
}
