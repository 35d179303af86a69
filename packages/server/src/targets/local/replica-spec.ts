import { join } from 'node:path';
import {
  type CollectionSettings,
  DEFAULT_COLLECTED_DAYS,
  DEFAULT_COLLECTED_MEGABYTES,
  DEFAULT_COLLECTED_RATIO,
  engineFolder,
  type LogLevel,
  type ReplicaEntry,
  type ReplicaModel,
  type ReplicaSpec,
} from '@slipway/contract';
import { DEFAULT_DEPLOYMENT, type DeploymentConfig } from '@slipway/contract/api';
import type { HomePaths } from '../../home/home-paths.ts';
import type { ReplicaOrder } from '../replica-order.ts';

/** Replicas of this machine are called by the gateway alone. */
const HOST = '127.0.0.1';

/** Bytes in the megabyte of the API. */
const BYTES_PER_MEGABYTE = 1e6;

/** The order in the words of the replica process. */
export function replicaSpec(
  order: ReplicaOrder,
  home: HomePaths,
  adminToken: string,
  logLevel: LogLevel,
  entry: ReplicaEntry | null = null,
): ReplicaSpec {
  // A revision that an older version wrote has fewer fields.
  const config = { ...DEFAULT_DEPLOYMENT, ...order.config };
  return {
    kind: 'ReplicaSpec',
    replicaId: order.id,
    service: order.service.name,
    workspace: order.service.workspace,
    revision: order.revision,
    listen: { host: HOST, port: 0 },
    adminToken,
    models: replicaModels(order.models, home, config).map((model) => ({
      ...model,
      ...(entry !== null && { path: join(entry.modelsDir, model.name, String(model.version)) }),
    })),
    modelsGeneration: 1,
    allowModelControl: config.allowModelControl,
    bothOutputNames: config.bothOutputNames,
    corsOrigins: config.corsOrigins,
    cpuCores: config.cpuCoresLimit ?? config.cpuCores,
    profile: config.profile,
    lane: config.lane,
    limits: {
      maxBodyBytes: config.maxBodyBytes,
      maxConcurrentRequests: config.replicaMaxConcurrentRequests,
      maxQueueLength: config.maxQueueLength,
      maxQueueWaitMs: config.maxRequestWaitTimeMs,
      scoringTimeoutMs: config.scoringTimeoutMs,
      drainGraceSeconds: config.drainGraceSeconds,
    },
    authFile: home.serviceAuth(order.service.uid),
    stateFile: home.replicaState(order.id),
    cacheDir: home.cache,
    logLevel,
    logSampleRatio: config.logSampleRatio,
    tracing: config.tracing,
    collection: config.collectModelData ? collectionOf(config, home.collected(order.service.uid)) : null,
    devices: order.devices,
    executionProviders: config.executionProviders,
    cpuFallback: config.cpuFallback,
    engineDir: entry === null ? engineFolder(home.root, config.executionProviders) : null,
    entry,
  };
}

function collectionOf({ dataCollection }: DeploymentConfig, dir: string): CollectionSettings {
  const megabytes = dataCollection.maxMegabytes ?? DEFAULT_COLLECTED_MEGABYTES;
  return {
    dir,
    format: dataCollection.format ?? null,
    sampleRatio: dataCollection.sampleRatio ?? DEFAULT_COLLECTED_RATIO,
    maxBytes: megabytes * BYTES_PER_MEGABYTE,
    keepDays: dataCollection.keepDays ?? DEFAULT_COLLECTED_DAYS,
  };
}

/** Versions as a replica finds them. */
export function replicaModels(
  models: ReplicaOrder['models'],
  home: HomePaths,
  config: DeploymentConfig,
): readonly ReplicaModel[] {
  return models.map((model) => ({
    ...model,
    path: home.model(model.digest),
    ...settingsOf(model.name, { ...DEFAULT_DEPLOYMENT, ...config }),
  }));
}

/** What is said of the model itself goes before what is said of all. */
function settingsOf(model: string, config: DeploymentConfig): Pick<ReplicaModel, 'batching' | 'instances'> {
  const { batching, instances, modelSettings } = config;
  return { batching, instances, ...modelSettings[model] };
}

/** The service whose key file a spec names: the folder that the file stands in. */
export function serviceOf(spec: ReplicaSpec, home: HomePaths): string | undefined {
  const prefix = `${home.services}/`;
  const suffix = '/auth.json';
  const { authFile } = spec;
  return authFile.startsWith(prefix) && authFile.endsWith(suffix)
    ? authFile.slice(prefix.length, -suffix.length)
    : undefined;
}
