import {
  type Batching,
  type BatchingMode,
  type CollectedFormat,
  type CollectionSettings,
  DEFAULT_PROVIDERS,
  type EngineProfile,
  type LaneChoice,
  type LogLevel,
  type ReplicaEntry,
  type ReplicaLimits,
  type ReplicaModel,
  type ReplicaSpec,
  SlipwayError,
  type TracingSettings,
} from '@slipway/contract';
import { deepFreeze, type Fields, readFields } from './fields.ts';

const BATCHING_MODES: readonly BatchingMode[] = ['greedy', 'off', 'dynamic'];
const PROFILES: readonly EngineProfile[] = ['latency', 'throughput'];
const LANES: readonly LaneChoice[] = ['auto', 'inline', 'worker'];
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const LANGUAGES: readonly ReplicaEntry['language'][] = ['python', 'javascript'];
const COLLECTED_FORMATS: readonly CollectedFormat[] = ['jsonl', 'csv', 'parquet'];
const LARGEST_PORT = 65_535;

/**
 * The spec that a parsed file holds, frozen. Throws `invalid_argument` with the path of every field that is wrong, all of
 * them at once. A field that is not known is no problem: a newer control plane may send more.
 */
export function parseReplicaSpec(value: unknown, file: string): ReplicaSpec {
  const problems: string[] = [];
  const spec = readSpec(readFields(value, '', problems), problems);
  if (problems.length === 0) return deepFreeze(spec);
  throw new SlipwayError('invalid_argument', `${file} is no replica spec: ${problems.join('; ')}.`, {
    details: { file, problems },
  });
}

function readSpec(fields: Fields, problems: string[]): ReplicaSpec {
  const listen = fields.object('listen');
  const port = listen.integer('port', 0);
  if (port > LARGEST_PORT) problems.push(`listen.port must be at most ${LARGEST_PORT}`);
  const entry = isThere(fields, 'entry') ? readEntry(fields.object('entry')) : null;
  return {
    kind: fields.oneOf('kind', ['ReplicaSpec']),
    replicaId: fields.text('replicaId'),
    service: fields.text('service'),
    workspace: fields.text('workspace'),
    revision: fields.integer('revision', 1),
    listen: { host: listen.text('host'), port },
    adminToken: fields.text('adminToken'),
    models: (entry === null ? fields.objects('models') : fields.objectsOrNone('models')).map(readModel),
    modelsGeneration: fields.integer('modelsGeneration', 0),
    allowModelControl: fields.boolean('allowModelControl'),
    bothOutputNames: fields.has('bothOutputNames') && fields.boolean('bothOutputNames'),
    corsOrigins: fields.textsOrNone('corsOrigins'),
    cpuCores: fields.positive('cpuCores'),
    profile: fields.oneOf('profile', PROFILES),
    lane: fields.oneOf('lane', LANES),
    limits: readLimits(fields.object('limits')),
    authFile: fields.absolutePath('authFile'),
    stateFile: fields.absolutePath('stateFile'),
    cacheDir: fields.absolutePath('cacheDir'),
    logLevel: fields.oneOf('logLevel', LOG_LEVELS),
    logSampleRatio: fields.has('logSampleRatio') ? fields.ratio('logSampleRatio') : 0,
    tracing: isThere(fields, 'tracing') ? readTracing(fields.object('tracing')) : null,
    collection: isThere(fields, 'collection') ? readCollection(fields.object('collection')) : null,
    executionProviders: fields.has('executionProviders')
      ? fields.textsOrNone('executionProviders')
      : DEFAULT_PROVIDERS,
    cpuFallback: fields.has('cpuFallback') ? fields.boolean('cpuFallback') : true,
    engineDir: isThere(fields, 'engineDir') ? fields.absolutePath('engineDir') : null,
    entry,
  };
}

function isThere(fields: Fields, name: string): boolean {
  return fields.has(name) && fields.raw[name] !== null;
}

function readEntry(fields: Fields): ReplicaEntry {
  return {
    language: fields.oneOf('language', LANGUAGES),
    sourceDir: fields.absolutePath('sourceDir'),
    script: fields.text('script'),
    interpreter: isThere(fields, 'interpreter') ? fields.absolutePath('interpreter') : null,
    packagesDir: isThere(fields, 'packagesDir') ? fields.absolutePath('packagesDir') : null,
    heapMb: isThere(fields, 'heapMb') ? fields.integer('heapMb', 1) : null,
    workers: fields.integer('workers', 1),
    modelsDir: fields.absolutePath('modelsDir'),
    env: fields.textsByName('env'),
    encodeNumpy: fields.boolean('encodeNumpy'),
    startTimeoutMs: fields.integer('startTimeoutMs', 1),
  };
}

function readModel(fields: Fields): ReplicaModel {
  return {
    name: fields.text('name'),
    version: fields.integer('version', 1),
    digest: fields.text('digest'),
    path: fields.absolutePath('path'),
    labels: fields.textsOrNone('labels'),
    batching: fields.has('batching') ? readBatching(fields.object('batching')) : undefined,
    instances: fields.has('instances') ? fields.integerOrNull('instances', 1) : null,
    weights: fields.has('weights') ? fields.text('weights') : undefined,
  };
}

function readBatching(fields: Fields): Batching {
  return {
    mode: fields.oneOf('mode', BATCHING_MODES),
    maxSize: fields.has('maxSize') ? fields.integer('maxSize', 1) : undefined,
    maxDelayMs: fields.has('maxDelayMs') ? fields.positive('maxDelayMs') : undefined,
    preferredSizes: fields.has('preferredSizes') ? fields.integers('preferredSizes', 1) : undefined,
  };
}

function readTracing(fields: Fields): TracingSettings {
  return { endpoint: fields.text('endpoint'), sampleRatio: fields.ratio('sampleRatio') };
}

function readCollection(fields: Fields): CollectionSettings {
  return {
    dir: fields.absolutePath('dir'),
    format: isThere(fields, 'format') ? fields.oneOf('format', COLLECTED_FORMATS) : null,
    sampleRatio: fields.ratio('sampleRatio'),
    maxBytes: fields.integer('maxBytes', 1),
    keepDays: fields.integer('keepDays', 1),
  };
}

function readLimits(fields: Fields): ReplicaLimits {
  return {
    maxBodyBytes: fields.integer('maxBodyBytes', 1),
    maxConcurrentRequests: fields.integerOrNull('maxConcurrentRequests', 1),
    maxQueueLength: fields.integer('maxQueueLength', 0),
    maxQueueWaitMs: fields.integer('maxQueueWaitMs', 1),
    scoringTimeoutMs: fields.integer('scoringTimeoutMs', 1),
    drainGraceSeconds: fields.integer('drainGraceSeconds', 0),
  };
}
