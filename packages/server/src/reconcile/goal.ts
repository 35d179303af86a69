import type { DeploymentConfig, DeviceCounts } from '@slipway/contract/api';
import { firstReplicas } from '../resources/services/config.ts';
import type { RevisionRecord, RevisionScript } from '../store/collections.ts';
import type { RevisionGoal } from './plan/world.ts';

/** Bytes in the gigabyte of the API. */
const GIGABYTE = 1e9;

/** A revision in the units of the planner. */
export function revisionGoal(revision: RevisionRecord): RevisionGoal {
  const { config } = revision;
  return Object.freeze({
    number: revision.number,
    template: templateOf(revision),
    numReplicas: firstReplicas(config),
    cpuCores: config.cpuCores,
    memoryGb: config.memoryGb,
    devices: askedDevices(config),
    memoryLimitBytes: config.memoryGbLimit === null ? null : config.memoryGbLimit * GIGABYTE,
    failureThreshold: config.failureThreshold,
    rolloutTimeoutMs: config.rolloutTimeoutSeconds * 1000,
  });
}

/** None of a class is the same as not naming it. */
function askedDevices({ devices }: DeploymentConfig): DeviceCounts {
  return Object.fromEntries(
    Object.entries(devices)
      .filter(([, count]) => count > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Fields that the control plane alone looks at: a replica started with others of them is as good. */
const CONTROL_FIELDS: ReadonlySet<keyof DeploymentConfig> = new Set([
  'numReplicas',
  'autoscaler',
  'authEnabled',
  'tokenAuthEnabled',
  'rolloutTimeoutSeconds',
  'periodSeconds',
  'initialDelaySeconds',
  'timeoutSeconds',
  'successThreshold',
  'failureThreshold',
  'memoryGbLimit',
  'namespace',
  // What comes of it is told by `tracing`.
  'enableAppInsights',
] as const);

/** Equal for revisions whose replicas are started in the same way, so that scaling restarts nothing. */
function templateOf({ models, selections = [], script, config }: RevisionRecord): string {
  const fields = Object.entries({ ...config, devices: askedDevices(config) })
    .filter(([name]) => !CONTROL_FIELDS.has(name as keyof DeploymentConfig))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const selected = new Set(selections.map(({ name }) => name));
  const served = models.map(({ name, version, digest }) =>
    // A replica that runs takes over other versions and labels of it.
    selected.has(name) ? name : `${name}:${version} ${digest}`,
  );
  return JSON.stringify([[...new Set(served)], fields, script === undefined ? null : scriptOf(script)]);
}

/** What the sources are is said by their digest. */
function scriptOf(script: RevisionScript): readonly unknown[] {
  return [
    script.digest,
    script.entryScript,
    script.environment,
    script.interpreter,
    script.encodeNumpy,
    script.workers,
  ];
}
