import Type, { type Static } from 'typebox';
import {
  DEFAULT_CPU_CORES,
  DEFAULT_DRAIN_GRACE_SECONDS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_QUEUE_LENGTH,
  DEFAULT_MAX_QUEUE_WAIT_MS,
  DEFAULT_MEMORY_GB,
  DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
  DEFAULT_SCORING_TIMEOUT_MS,
} from '../limits.ts';
import type { EngineProfile, LaneChoice } from '../processes/replica.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** How a service runs. Names follow Azure's deployment configuration; a field that is left out has its default. */
export const DeploymentConfig = Type.Object(
  {
    numReplicas: Type.Integer({ minimum: 0, maximum: 1000, default: 1 }),
    cpuCores: Type.Number({ exclusiveMinimum: 0, default: DEFAULT_CPU_CORES }),
    memoryGb: Type.Number({ exclusiveMinimum: 0, default: DEFAULT_MEMORY_GB }),
    memoryGbLimit: orNull(Type.Number({ exclusiveMinimum: 0 })),
    authEnabled: Type.Boolean({ default: true }),
    tokenAuthEnabled: Type.Boolean({ default: false }),
    scoringTimeoutMs: Type.Integer({ minimum: 1, default: DEFAULT_SCORING_TIMEOUT_MS }),
    replicaMaxConcurrentRequests: orNull(Type.Integer({ minimum: 1 })),
    maxRequestWaitTimeMs: Type.Integer({ minimum: 1, default: DEFAULT_MAX_QUEUE_WAIT_MS }),
    maxQueueLength: Type.Integer({ minimum: 0, default: DEFAULT_MAX_QUEUE_LENGTH }),
    maxBodyBytes: Type.Integer({ minimum: 1, default: DEFAULT_MAX_BODY_BYTES }),
    drainGraceSeconds: Type.Integer({ minimum: 0, maximum: 3600, default: DEFAULT_DRAIN_GRACE_SECONDS }),
    rolloutTimeoutSeconds: Type.Integer({ minimum: 1, default: DEFAULT_ROLLOUT_TIMEOUT_SECONDS }),
    periodSeconds: Type.Integer({
      minimum: 1,
      default: 10,
      description: 'Seconds between two health checks.',
    }),
    timeoutSeconds: Type.Integer({ minimum: 1, default: 2, description: 'Seconds a health check may take.' }),
    failureThreshold: Type.Integer({
      minimum: 1,
      default: 3,
      description: 'Health checks that must fail in a row before a replica is replaced.',
    }),
    profile: Type.Unsafe<EngineProfile>(Type.Enum(['latency', 'throughput'], { default: 'latency' })),
    lane: Type.Unsafe<LaneChoice>(Type.Enum(['auto', 'inline', 'worker'], { default: 'auto' })),
  },
  { $id: 'DeploymentConfig', additionalProperties: false },
);
export type DeploymentConfig = Static<typeof DeploymentConfig>;

/** A deployment configuration in which any field may be missing. */
export const PartialDeploymentConfig = Type.Partial(DeploymentConfig, {
  $id: 'PartialDeploymentConfig',
  additionalProperties: false,
});
export type PartialDeploymentConfig = Static<typeof PartialDeploymentConfig>;

/** What a deployment runs with when nothing is said. */
export const DEFAULT_DEPLOYMENT: DeploymentConfig = Object.freeze({
  numReplicas: 1,
  cpuCores: DEFAULT_CPU_CORES,
  memoryGb: DEFAULT_MEMORY_GB,
  memoryGbLimit: null,
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
  timeoutSeconds: 2,
  failureThreshold: 3,
  profile: 'latency',
  lane: 'auto',
});
