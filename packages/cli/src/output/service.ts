import { entryLanguage } from '@slipway/contract';
import type { Replica, Revision, Service, ServiceEvent } from '@slipway/contract/api';
import { age, bytes, pairs } from './format.ts';
import { details, table } from './table.ts';

/** Services, a line each. */
export function serviceTable(services: readonly Service[]): string {
  return table(
    services,
    {
      name: ({ name }) => name,
      state: ({ state }) => state,
      replicas: readyOf,
      models: ({ models }) => models.join(', '),
      ...(services.some(({ randomWeights }) => randomWeights !== null) && { weights: weightsOf }),
      revision: ({ revision }) => String(revision),
      auth: ({ authMode }) => authMode,
      age: ({ createdAt }) => age(createdAt),
    },
    'There are no services: deploy one with "slipway deploy NAME --model MODEL".',
  );
}

/** All of a service. */
export function serviceDetails(service: Service): string {
  const { config } = service;
  return details({
    Name: service.name,
    State: service.state,
    Error: service.error === null ? undefined : `${service.error.message} (${service.error.code})`,
    'Scoring URI': service.scoringUri,
    'Swagger URI': service.swaggerUri,
    Models: service.models.length === 0 ? 'none' : service.models.join(', '),
    Weights: service.randomWeights === null ? undefined : `${weightsOf(service)}: nobody trained them`,
    ...scriptDetails(service.inferenceConfig),
    Revision:
      service.activeRevision === service.revision
        ? String(service.revision)
        : `${service.revision}, active: ${service.activeRevision ?? 'none'}`,
    Replicas: `${readyOf(service)} ready`,
    Autoscaling: scalingOf(service),
    'Last scaling': lastScalingOf(service),
    Resources: `${[`${config.cpuCores} cores`, `${config.memoryGb} GB`, ...devicesOf(config)].join(', ')} a replica`,
    'Runs on':
      config.executionProviders.join(', ') + (config.cpuFallback ? '' : ', with nothing left to the CPU'),
    Namespace: config.namespace ?? undefined,
    Authentication: service.authMode,
    Compute: service.computeTarget,
    Workspace: service.workspace,
    Description: service.description ?? undefined,
    Tags: pairs(service.tags),
    Properties: pairs(service.properties),
    Id: service.id,
    Created: service.createdAt,
    Updated: service.updatedAt,
  });
}

/** `1 to 10 replicas, 70 % of them busy`. */
function scalingOf({ config: { autoscaler } }: Service): string | undefined {
  if (autoscaler == null) return undefined;
  const { minReplicas, maxReplicas, targetUtilization } = autoscaler;
  return `${minReplicas} to ${maxReplicas} replicas, ${targetUtilization} % of them busy`;
}

function lastScalingOf({ lastScaling }: Service): string | undefined {
  return lastScaling === null ? undefined : `${age(lastScaling.time)} ago: ${lastScaling.message}`;
}

function scriptDetails(script: Service['inferenceConfig']): Record<string, string | undefined> {
  if (script === null) return {};
  const { entryScript, files, environment, interpreter, workers } = script;
  return {
    'Entry script': `${entryScript} (${files.length === 1 ? '1 file' : `${files.length} files`})`,
    Environment: environment ?? runnerName(entryScript, interpreter),
    Workers: `${workers} a replica`,
  };
}

function runnerName(entryScript: string, interpreter: string | null): string {
  if (entryLanguage(entryScript) === 'javascript') return 'Node.js of the replica';
  return `interpreter ${interpreter ?? 'python3 of the server'}`;
}

/** `1 gpu` of each class that a replica has devices of. */
function devicesOf({ devices }: Service['config']): readonly string[] {
  return Object.entries(devices).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
}

/** The replicas of a service, a line each. */
export function replicaTable(replicas: readonly Replica[]): string {
  return table(
    replicas,
    {
      id: ({ id }) => id,
      revision: ({ revision }) => String(revision),
      phase: ({ phase }) => phase,
      routed: ({ routed }) => (routed ? 'yes' : 'no'),
      lane: ({ lane }) => lane ?? '-',
      'runs on': ({ executionProviders }) => providersOf(executionProviders),
      devices: ({ devices }) => deviceIds(devices),
      memory: ({ memoryBytes }) => (memoryBytes === null ? '-' : bytes(memoryBytes)),
      pid: ({ pid }) => String(pid ?? '-'),
      address: ({ address }) => address ?? '-',
      age: ({ startedAt }) => age(startedAt),
      error: ({ error }) => error?.message ?? '',
    },
    'It has no replicas.',
  );
}

/** `gpu GPU-1a2b, fpga 0`. */
function deviceIds(devices: Replica['devices']): string {
  const named = Object.entries(devices).flatMap(([name, ids]) => ids.map((id) => `${name} ${id}`));
  return named.length === 0 ? '-' : named.join(', ');
}

/** `cuda (41 nodes), cpu (2 nodes)`. */
function providersOf(providers: Replica['executionProviders']): string {
  if (providers.length === 0) return '-';
  return providers.map(({ name, nodes }) => (nodes === null ? name : `${name} (${nodes} nodes)`)).join(', ');
}

/** The revisions of a service, a line each. */
export function revisionTable(revisions: readonly Revision[]): string {
  return table(
    revisions,
    {
      revision: ({ number }) => String(number),
      status: ({ status }) => status,
      models: ({ models }) => models.join(', '),
      replicas: ({ config: { autoscaler, numReplicas } }) =>
        autoscaler == null ? String(numReplicas) : `${autoscaler.minReplicas}-${autoscaler.maxReplicas}`,
      age: ({ createdAt }) => age(createdAt),
      error: ({ error }) => error?.message ?? '',
    },
    'It has no revisions.',
  );
}

/** What happened to a service, a line each. */
export function eventTable(events: readonly ServiceEvent[]): string {
  return table(
    events,
    {
      age: ({ time }) => age(time),
      type: ({ type }) => type,
      reason: ({ reason }) => reason,
      replica: ({ replica }) => replica ?? '-',
      message: ({ message }) => message,
    },
    'Nothing has happened to it yet.',
  );
}

/** `random, seed 7`. */
function weightsOf({ randomWeights }: Service): string {
  return randomWeights === null ? '-' : `random, ${randomWeights}`;
}

function readyOf({ replicas }: Service): string {
  return `${replicas.ready}/${replicas.desired}`;
}
