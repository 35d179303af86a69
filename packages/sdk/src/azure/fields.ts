import type { Autoscaler } from '@slipway/contract/api';
import type { DeploymentSettings } from '../deployment-settings.ts';
import type { AksOption } from './aks-options.ts';

/** What a field of Azure's holds: `share` is a number above zero that need not be whole, `count` a whole one. */
export type AzureKind = 'flag' | 'share' | 'count' | 'text' | 'words';

/** A field of Azure's deployment configuration. */
export interface AzureField {
  readonly kind: AzureKind;
  /** Where it stands in `deploymentconfig.json`: mostly one path. */
  readonly json: readonly string[];
  /** What it is called here, inside an object with a dot; `null`: it cannot be had. */
  readonly ours: keyof DeploymentSettings | 'devices.gpu' | `autoscaler.${keyof Autoscaler}` | null;
  /** Of a field that cannot be had: why, after `… is not there`, and what to do. What asks for nothing is taken. */
  readonly missing?: string;
  /** True if it can be said of a container instance (ACI), too. */
  readonly aci?: true;
  /** What a reader should know beside kind and default. */
  readonly note?: string;
}

const autoscale = (member: string, ours: keyof Autoscaler): AzureField => ({
  kind: 'count',
  json: [`autoScaler.${member}`],
  ours: `autoscaler.${ours}`,
});

/** Every field of section "Deployment configuration" of Azure's SDK, in its order there. */
export const AZURE_FIELDS: { readonly [N in AksOption]-?: AzureField } = {
  autoscaleEnabled: {
    kind: 'flag',
    json: ['autoScaler.autoscaleEnabled'],
    ours: 'autoscaler',
    note: 'Not with `num_replicas`; `false` only with it. For AKS `true` if neither is said; without a configuration of Azure there is one replica. See [autoscaling](../guides/autoscaling.md).',
  },
  autoscaleMinReplicas: {
    ...autoscale('minReplicas', 'minReplicas'),
    note: 'Not above `autoscale_max_replicas`. Under our own name it may be 0.',
  },
  autoscaleMaxReplicas: autoscale('maxReplicas', 'maxReplicas'),
  autoscaleRefreshSeconds: autoscale('refreshPeriodInSeconds', 'refreshPeriodSeconds'),
  autoscaleTargetUtilization: {
    ...autoscale('targetUtilization', 'targetUtilization'),
    note: 'Percent.',
  },
  collectModelData: {
    kind: 'flag',
    json: ['dataCollection.storageEnabled'],
    ours: 'collectModelData',
    aci: true,
    note: 'Keeps what scripts collect, and [requests with their answers](../guides/data-collection.md).',
  },
  authEnabled: {
    kind: 'flag',
    json: ['authEnabled'],
    ours: 'authEnabled',
    aci: true,
    note: 'Not together with `token_auth_enabled`. `false` if nothing is said of ACI, LOCAL, or a service with tokens.',
  },
  tokenAuthEnabled: { kind: 'flag', json: ['tokenAuthEnabled', 'aadAuthEnabled'], ours: 'tokenAuthEnabled' },
  cpuCores: { kind: 'share', json: ['containerResourceRequirements.cpu'], ours: 'cpuCores', aci: true },
  cpuCoresLimit: {
    kind: 'share',
    json: ['containerResourceRequirements.cpuLimit'],
    ours: 'cpuCoresLimit',
    aci: true,
    note: 'Not less than `cpu_cores`.',
  },
  memoryGb: {
    kind: 'share',
    json: ['containerResourceRequirements.memoryInGB'],
    ours: 'memoryGb',
    aci: true,
  },
  memoryGbLimit: {
    kind: 'share',
    json: ['containerResourceRequirements.memoryInGBLimit'],
    ours: 'memoryGbLimit',
    aci: true,
    note: 'Not less than `memory_gb`.',
  },
  gpuCores: {
    kind: 'count',
    json: ['gpuCores', 'containerResourceRequirements.gpu'],
    ours: 'devices.gpu',
    aci: true,
    note: 'Left out: 1 for a script on a target with GPUs, else none. Parts of a GPU are refused: replicas never share one.',
  },
  enableAppInsights: {
    kind: 'flag',
    json: ['appInsightsEnabled'],
    ours: 'enableAppInsights',
    aci: true,
    note: 'Traces requests; refused by a server without a [collector](../guides/tracing.md).',
  },
  scoringTimeoutMs: { kind: 'count', json: ['scoringTimeoutMs'], ours: 'scoringTimeoutMs' },
  replicaMaxConcurrentRequests: {
    kind: 'count',
    json: ['maxConcurrentRequestsPerContainer'],
    ours: 'replicaMaxConcurrentRequests',
    note: 'Azure: 1. Here as many as the engine can run.',
  },
  maxRequestWaitTime: {
    kind: 'count',
    json: ['maxQueueWaitMs'],
    ours: 'maxRequestWaitTimeMs',
    note: 'Milliseconds.',
  },
  numReplicas: {
    kind: 'count',
    json: ['numReplicas'],
    ours: 'numReplicas',
    note: '0 stops a service; that has no name in Azure.',
  },
  primaryKey: {
    kind: 'text',
    json: ['keys.primaryKey'],
    ours: 'primaryKey',
    aci: true,
    note: '16 to 256 characters; random if left out. Not in an update.',
  },
  secondaryKey: {
    kind: 'text',
    json: ['keys.secondaryKey'],
    ours: 'secondaryKey',
    aci: true,
    note: 'As `primary_key`.',
  },
  tags: {
    kind: 'words',
    json: ['kvTags'],
    ours: 'tags',
    aci: true,
    note: 'An update replaces all there are.',
  },
  properties: {
    kind: 'words',
    json: ['properties'],
    ours: 'properties',
    aci: true,
    note: 'Only added, never changed.',
  },
  description: { kind: 'text', json: ['description'], ours: 'description', aci: true },
  periodSeconds: {
    kind: 'count',
    json: ['livenessProbeRequirements.periodSeconds'],
    ours: 'periodSeconds',
  },
  initialDelaySeconds: {
    kind: 'count',
    json: ['livenessProbeRequirements.initialDelaySeconds'],
    ours: 'initialDelaySeconds',
    note: 'Over as soon as a health check has succeeded.',
  },
  timeoutSeconds: {
    kind: 'count',
    json: ['livenessProbeRequirements.timeoutSeconds'],
    ours: 'timeoutSeconds',
    note: 'Not more than `period_seconds`.',
  },
  successThreshold: {
    kind: 'count',
    json: ['livenessProbeRequirements.successThreshold'],
    ours: 'successThreshold',
  },
  failureThreshold: {
    kind: 'count',
    json: ['livenessProbeRequirements.failureThreshold'],
    ours: 'failureThreshold',
  },
  namespace: {
    kind: 'text',
    json: ['namespace'],
    ours: 'namespace',
    note: 'Up to 63 of a-z, 0-9 and `-`, none at either end. On the local target kept and shown only.',
  },
  computeTargetName: {
    kind: 'text',
    json: ['computeName'],
    ours: 'computeTarget',
    note: 'Not in an update.',
  },
  blobfuseEnabled: {
    kind: 'flag',
    json: [],
    ours: null,
    missing: 'here: models are kept by the server itself. Leave it out',
  },
};

/** All parameters, in Azure's order. */
export const AKS_OPTIONS = Object.keys(AZURE_FIELDS) as readonly AksOption[];

/** The parameter as Azure's Python SDK and its messages write it: `cpu_cores`. */
export function azureName(option: AksOption): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
