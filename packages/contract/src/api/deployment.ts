import Type, { type Static } from 'typebox';
import { DEFAULT_PROVIDERS, PROVIDER_PATTERN } from '../execution-providers.ts';
import {
  DEFAULT_BATCH_DELAY_MS,
  DEFAULT_COLLECTED_DAYS,
  DEFAULT_COLLECTED_MEGABYTES,
  DEFAULT_COLLECTED_RATIO,
  DEFAULT_CPU_CORES,
  DEFAULT_DRAIN_GRACE_SECONDS,
  DEFAULT_INITIAL_DELAY_SECONDS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_QUEUE_LENGTH,
  DEFAULT_MAX_QUEUE_WAIT_MS,
  DEFAULT_MEMORY_GB,
  DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
  DEFAULT_SCORING_TIMEOUT_MS,
  MAX_BATCH_SIZE,
  MAX_CORS_ORIGINS,
  MAX_INSTANCES,
} from '../limits.ts';
import type { CollectedFormat } from '../processes/collection.ts';
import type { BatchingMode, EngineProfile, LaneChoice } from '../processes/replica.ts';
import { Autoscaler, MAX_REPLICAS, PartialAutoscaler } from './autoscaler.ts';
import { DEVICE_CLASS_PATTERN } from './compute.ts';

const orNull = <T extends Type.TSchema>(schema: T, options: Type.TSchemaOptions) =>
  Type.Union([schema, Type.Null()], options);

/** A label of DNS, as Kubernetes wants the names of its namespaces. */
const NAMESPACE_PATTERN = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

const BatchSize = Type.Integer({ minimum: 1, maximum: MAX_BATCH_SIZE });

/** When the requests of a model share a run of its engine. */
export const Batching = Type.Object(
  {
    mode: Type.Unsafe<BatchingMode>(
      Type.Enum(['greedy', 'off', 'dynamic'], {
        description: 'Share what waits anyway, share nothing, or wait for others.',
      }),
    ),
    maxSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_BATCH_SIZE,
        description: 'Most rows of a shared run; left out: what warm-up finds to be worth it.',
      }),
    ),
    maxDelayMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: `Of \`dynamic\`: milliseconds a request waits for others; left out: ${DEFAULT_BATCH_DELAY_MS}.`,
      }),
    ),
    preferredSizes: Type.Optional(
      Type.Array(BatchSize, {
        minItems: 1,
        maxItems: 32,
        description: 'Of `dynamic`: rows with which a run begins at once.',
      }),
    ),
  },
  { $id: 'Batching', additionalProperties: false },
);
export type Batching = Static<typeof Batching>;

/** How inputs and outputs are kept. What is left out has the default that its description names. */
const DataCollection = Type.Object(
  {
    format: Type.Optional(
      Type.Unsafe<CollectedFormat>(
        Type.Enum(['jsonl', 'csv', 'parquet'], {
          description:
            'Of the files; left out: CSV for what scripts collect themselves, JSON Lines for requests.',
        }),
      ),
    ),
    sampleRatio: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: `Part of the requests that are kept; left out: ${DEFAULT_COLLECTED_RATIO}, all of them.`,
      }),
    ),
    maxMegabytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: `What the service may keep, in megabytes of 10^6 bytes: the oldest days go first. Left out: ${DEFAULT_COLLECTED_MEGABYTES}.`,
      }),
    ),
    keepDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 36_500,
        description: `Days that are kept, today among them; left out: ${DEFAULT_COLLECTED_DAYS}.`,
      }),
    ),
  },
  { additionalProperties: false },
);

/** What one model of a service has of its own. */
const ModelSettings = Type.Object(
  {
    batching: Type.Optional(Batching),
    instances: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_INSTANCES })),
  },
  { additionalProperties: false },
);

/** How a service runs. Names follow Azure's deployment configuration; a field that is left out has its default. */
export const DeploymentConfig = Type.Object(
  {
    numReplicas: Type.Integer({
      minimum: 0,
      maximum: MAX_REPLICAS,
      default: 1,
      description:
        'Processes that serve the service side by side, where `autoscaler` does not say how many; 0 stops it and keeps its name and keys.',
    }),
    autoscaler: orNull(Type.Object(Autoscaler.properties, { additionalProperties: false }), {
      description:
        'Adds and removes replicas by load, in place of `numReplicas`; `null`: off. What is left out of it has its default, or stays. See [autoscaling](../guides/autoscaling.md).',
    }),
    cpuCores: Type.Number({
      exclusiveMinimum: 0,
      default: DEFAULT_CPU_CORES,
      description: 'Cores each replica asks for; the target must have them free.',
    }),
    cpuCoresLimit: orNull(Type.Number({ exclusiveMinimum: 0 }), {
      description:
        'Cores each replica may use, not less than `cpuCores`: its engine has this many threads, rounded up; `null`: `cpuCores`.',
    }),
    memoryGb: Type.Number({
      exclusiveMinimum: 0,
      default: DEFAULT_MEMORY_GB,
      description: 'Memory each replica asks for, in gigabytes of 10^9 bytes; the target must have it free.',
    }),
    memoryGbLimit: orNull(Type.Number({ exclusiveMinimum: 0 }), {
      description: 'A replica that takes more is replaced, not less than `memoryGb`; `null`: no limit.',
    }),
    devices: Type.Record(Type.String({ pattern: DEVICE_CLASS_PATTERN }), Type.Number({ minimum: 0 }), {
      additionalProperties: false,
      default: {},
      description:
        'Devices that each replica has for itself, such as `{"gpu": 1}`; whole numbers. Left out: 1 GPU for a script on a target with GPUs, none else; see [devices](../guides/devices.md).',
    }),
    executionProviders: Type.Unsafe<readonly string[]>(
      Type.Array(Type.String({ pattern: PROVIDER_PATTERN }), {
        minItems: 1,
        maxItems: 8,
        uniqueItems: true,
        default: [...DEFAULT_PROVIDERS],
        description:
          'What runs the models, such as `["cuda"]`: each node on the first that can take it; see [accelerators](../guides/accelerators.md).',
      }),
    ),
    cpuFallback: Type.Boolean({
      default: true,
      description:
        'Nodes that no execution provider takes run on the CPU; `false`: a model that has such nodes is refused.',
    }),
    authEnabled: Type.Boolean({ default: true, description: 'Callers send one of the two keys.' }),
    tokenAuthEnabled: Type.Boolean({
      default: false,
      description: 'Callers send a token instead of a key; `authEnabled` must then be false.',
    }),
    scoringTimeoutMs: Type.Integer({
      minimum: 1,
      default: DEFAULT_SCORING_TIMEOUT_MS,
      description: 'A request that runs longer is answered 504.',
    }),
    replicaMaxConcurrentRequests: orNull(Type.Integer({ minimum: 1 }), {
      description: 'Requests that run at once in a replica; `null`: as many as the engine can run.',
    }),
    maxRequestWaitTimeMs: Type.Integer({
      minimum: 1,
      default: DEFAULT_MAX_QUEUE_WAIT_MS,
      description: 'A request that waits longer for its turn is answered 503.',
    }),
    maxQueueLength: Type.Integer({
      minimum: 0,
      default: DEFAULT_MAX_QUEUE_LENGTH,
      description:
        'Requests that may wait in a replica; one more is answered 503 at once. With 0, what cannot run at once is refused.',
    }),
    maxBodyBytes: Type.Integer({
      minimum: 1,
      default: DEFAULT_MAX_BODY_BYTES,
      description: 'A larger request body is answered 413.',
    }),
    drainGraceSeconds: Type.Integer({
      minimum: 0,
      maximum: 3600,
      default: DEFAULT_DRAIN_GRACE_SECONDS,
      description: 'Seconds a replica may take to finish what it runs when it is told to stop.',
    }),
    rolloutTimeoutSeconds: Type.Integer({
      minimum: 1,
      default: DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
      description: 'Seconds a new revision may take to become healthy before it is rolled back.',
    }),
    periodSeconds: Type.Integer({
      minimum: 1,
      default: 10,
      description: 'Seconds between two health checks.',
    }),
    initialDelaySeconds: Type.Integer({
      minimum: 1,
      default: DEFAULT_INITIAL_DELAY_SECONDS,
      description:
        'Seconds after its start in which health checks of a replica may fail; over as soon as one has succeeded.',
    }),
    timeoutSeconds: Type.Integer({
      minimum: 1,
      default: 2,
      description: 'Seconds a health check may take, not more than `periodSeconds`.',
    }),
    successThreshold: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'Health checks that must succeed in a row before the failed ones are forgotten.',
    }),
    failureThreshold: Type.Integer({
      minimum: 1,
      default: 3,
      description: 'Failed health checks, not forgotten since, after which a replica is replaced.',
    }),
    profile: Type.Unsafe<EngineProfile>(
      Type.Enum(['latency', 'throughput'], {
        default: 'latency',
        description: 'How a replica uses its cores: one run on all of them, or several runs on one each.',
      }),
    ),
    lane: Type.Unsafe<LaneChoice>(
      Type.Enum(['auto', 'inline', 'worker'], {
        default: 'auto',
        description:
          'Where runs happen: on the thread of the sockets or on others; `auto` measures at warm-up.',
      }),
    ),
    batching: Type.Object(Batching.properties, {
      additionalProperties: false,
      default: { mode: 'greedy' },
      description: 'When requests share a run of the engine; see [batching](../guides/batching.md).',
    }),
    instances: orNull(Type.Integer({ minimum: 1, maximum: MAX_INSTANCES }), {
      description:
        'Engines of each model that run side by side, each on a thread of its own; `null`: by the profile.',
    }),
    modelSettings: Type.Record(Type.String(), ModelSettings, {
      default: {},
      description: '`batching` and `instances` of single models, by their names; they go before those above.',
    }),
    allowModelControl: Type.Boolean({
      default: false,
      description: 'Callers may load and unload models through the Open Inference Protocol.',
    }),
    bothOutputNames: Type.Boolean({
      default: false,
      description:
        'Answers over the gRPC of TensorFlow Serving always carry the output under the alias `output_alias` beside its tensor name, as the C# sample of accelerated models needs it; see [gRPC](grpc.md#tensorflow-serving).',
    }),
    corsOrigins: Type.Unsafe<readonly string[]>(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: MAX_CORS_ORIGINS,
        default: [],
        description:
          'Origins whose pages may call from a browser, such as `https://app.example`, or `*` for all; see [web pages](../guides/web-pages.md).',
      }),
    ),
    logSampleRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0,
      description:
        'Part of the requests answered well of which the log of a replica holds a line, from 0 to 1; errors are always logged.',
    }),
    collectModelData: Type.Boolean({
      default: false,
      description:
        'Keeps inputs and outputs of requests, and what scripts collect; see [collected data](../guides/data-collection.md).',
    }),
    dataCollection: Type.Object(DataCollection.properties, {
      additionalProperties: false,
      default: {},
      description: 'How they are kept: `format`, `sampleRatio`, `maxMegabytes`, `keepDays`.',
    }),
    namespace: orNull(Type.String({ pattern: NAMESPACE_PATTERN }), {
      description:
        'A name in Kubernetes: up to 63 of a-z, 0-9 and `-`, none at either end. On the local target it is kept and shown, and does nothing else.',
    }),
    enableAppInsights: Type.Boolean({
      default: false,
      description:
        'Traces every request to the collector that the server was given, where `tracing` does not say another; see [tracing](../guides/tracing.md).',
    }),
    tracing: orNull(
      Type.Object(
        {
          endpoint: Type.String({ pattern: '^https?://[^/?#]' }),
          sampleRatio: Type.Number({ minimum: 0, maximum: 1 }),
        },
        { additionalProperties: false },
      ),
      {
        description:
          'Where spans of requests are sent and of which part of them; `null`: nowhere; see [tracing](../guides/tracing.md).',
      },
    ),
  },
  { $id: 'DeploymentConfig', additionalProperties: false },
);
export type DeploymentConfig = Static<typeof DeploymentConfig>;

/** A deployment configuration in which any field may be missing. */
export const PartialDeploymentConfig = Type.Object(
  {
    ...Type.Partial(DeploymentConfig).properties,
    autoscaler: Type.Optional(orNull(PartialAutoscaler, {})),
  },
  { $id: 'PartialDeploymentConfig', additionalProperties: false },
);
export type PartialDeploymentConfig = Static<typeof PartialDeploymentConfig>;

/** What a deployment runs with when nothing is said. */
export const DEFAULT_DEPLOYMENT: DeploymentConfig = Object.freeze({
  numReplicas: 1,
  autoscaler: null,
  cpuCores: DEFAULT_CPU_CORES,
  cpuCoresLimit: null,
  memoryGb: DEFAULT_MEMORY_GB,
  memoryGbLimit: null,
  devices: Object.freeze({}),
  executionProviders: DEFAULT_PROVIDERS,
  cpuFallback: true,
  authEnabled: true,
  tokenAuthEnabled: false,
  scoringTimeoutMs: DEFAULT_SCORING_TIMEOUT_MS,
  replicaMaxConcurrentRequests: null,
  maxRequestWaitTimeMs: DEFAULT_MAX_QUEUE_WAIT_MS,
  maxQueueLength: DEFAULT_MAX_QUEUE_LENGTH,
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  drainGraceSeconds: DEFAULT_DRAIN_GRACE_SECONDS,
  rolloutTimeoutSeconds: DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
  periodSeconds: 10,
  initialDelaySeconds: DEFAULT_INITIAL_DELAY_SECONDS,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
  profile: 'latency',
  lane: 'auto',
  batching: Object.freeze({ mode: 'greedy' }),
  instances: null,
  modelSettings: Object.freeze({}),
  allowModelControl: false,
  bothOutputNames: false,
  corsOrigins: Object.freeze([]),
  logSampleRatio: 0,
  collectModelData: false,
  dataCollection: Object.freeze({}),
  namespace: null,
  enableAppInsights: false,
  tracing: null,
});
