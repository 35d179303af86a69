import Type, { type Static } from 'typebox';
import { namePattern } from '../names.ts';
import { Description, Failure, PageQuery, Properties, RandomWeights, Tags, Timestamp } from './common.ts';
import { DeploymentConfig, PartialDeploymentConfig } from './deployment.ts';
import { InferenceChoice, InferenceConfig } from './inference.ts';

/** `Failed` and `Healthy` are where a deployment ends; the others pass. */
export const ServiceState = Type.Enum([
  'Transitioning',
  'Healthy',
  'Unhealthy',
  'Unschedulable',
  'Failed',
  'Deleting',
]);
export type ServiceState = Static<typeof ServiceState>;

/** Where a service can be called with a key, a token, or nothing. */
export const AuthMode = Type.Enum(['key', 'token', 'none']);
export type AuthMode = Static<typeof AuthMode>;

/** Versions of one model that a service may serve at a time. */
const MAX_VERSIONS = 100;

/**
 * Which versions of a model a service serves: the `latest` so many, `all`, or these alone. The first two follow what
 * is registered later.
 */
export const VersionPolicy = Type.Union([
  Type.Object(
    { latest: Type.Integer({ minimum: 1, maximum: MAX_VERSIONS }) },
    { additionalProperties: false },
  ),
  Type.Object({ all: Type.Literal(true) }, { additionalProperties: false }),
  Type.Object(
    { specific: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: MAX_VERSIONS }) },
    { additionalProperties: false },
  ),
]);
export type VersionPolicy = Static<typeof VersionPolicy>;

/** A model whose versions a service serves by a policy. A version that a label points at is served as well. */
export const ModelSelection = Type.Object(
  {
    name: Type.String({ pattern: namePattern('model') }),
    versionPolicy: Type.Optional(VersionPolicy),
    labels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }), Type.Integer({ minimum: 1 }), {
        additionalProperties: false,
        description: 'Names that point at versions, such as `stable` and `canary`.',
      }),
    ),
  },
  { $id: 'ModelSelection', additionalProperties: false },
);
export type ModelSelection = Static<typeof ModelSelection>;

const ModelChoices = Type.Array(
  Type.Union([Type.String({ description: 'name or name:version' }), ModelSelection]),
  { maxItems: 1000, description: 'Only a service with an entry script may have none.' },
);

const Selections = Type.Optional(
  Type.Array(ModelSelection, { description: 'The models whose versions follow a policy.' }),
);

const Script = Type.Union([InferenceConfig, Type.Null()], {
  description: "The user's own code in front of the models; `null`: the models answer by themselves.",
});

/** Why and when the autoscaler last changed the number of replicas. */
export const ScalingDecision = Type.Object(
  {
    time: Timestamp,
    from: Type.Integer(),
    to: Type.Integer(),
    message: Type.String({ description: 'With the numbers that led to it.' }),
  },
  { $id: 'ScalingDecision' },
);
export type ScalingDecision = Static<typeof ScalingDecision>;

/** A deployed service. */
export const Service = Type.Object(
  {
    id: Type.String({
      description: 'Its own for ever; a service made again under the same name has another.',
    }),
    name: Type.String(),
    workspace: Type.String(),
    computeTarget: Type.String(),
    computeType: Type.Enum(['Local']),
    state: ServiceState,
    error: Type.Union([Failure, Type.Null()]),
    description: Description,
    tags: Tags,
    properties: Properties,
    scoringUri: Type.String(),
    swaggerUri: Type.String(),
    authMode: AuthMode,
    models: Type.Array(Type.String({ description: 'name:version' })),
    randomWeights: RandomWeights,
    selections: Selections,
    inferenceConfig: Script,
    config: DeploymentConfig,
    revision: Type.Integer({ minimum: 1, description: 'The revision that is wanted.' }),
    activeRevision: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: 'The last revision that became healthy.',
    }),
    replicas: Type.Object({ desired: Type.Integer(), ready: Type.Integer() }),
    lastScaling: Type.Union([ScalingDecision, Type.Null()], {
      description: 'What the autoscaler decided last; `null`: nothing yet, or it is off.',
    }),
    operationId: Type.Union([Type.String(), Type.Null()], {
      description: 'The operation that changed it last.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    etag: Type.String(),
  },
  { $id: 'Service' },
);
export type Service = Static<typeof Service>;

/** Deploys models under a name. With `overwrite`, an existing service of that name is updated instead. */
export const ServiceCreate = Type.Object(
  {
    name: Type.String({ pattern: namePattern('service') }),
    models: ModelChoices,
    computeTarget: Type.Optional(Type.String({ default: 'local' })),
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
    properties: Type.Optional(Properties),
    inferenceConfig: Type.Optional(InferenceChoice),
    config: Type.Optional(PartialDeploymentConfig),
    primaryKey: Type.Optional(Type.String({ minLength: 16, maxLength: 256 })),
    secondaryKey: Type.Optional(Type.String({ minLength: 16, maxLength: 256 })),
    overwrite: Type.Optional(Type.Boolean({ default: false })),
    replace: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Takes devices that other services hold: these are scaled to 0 replicas.',
      }),
    ),
  },
  { $id: 'ServiceCreate', additionalProperties: false },
);
export type ServiceCreate = Static<typeof ServiceCreate>;

/** Changes a service. What is left out stays; tags replace; properties are added. */
export const ServiceUpdate = Type.Object(
  {
    models: Type.Optional(ModelChoices),
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
    addProperties: Type.Optional(Properties),
    inferenceConfig: Type.Optional(InferenceChoice),
    config: Type.Optional(PartialDeploymentConfig),
    replace: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Takes devices that other services hold: these are scaled to 0 replicas.',
      }),
    ),
  },
  { $id: 'ServiceUpdate', additionalProperties: false, minProperties: 1 },
);
export type ServiceUpdate = Static<typeof ServiceUpdate>;

/** Goes back to an earlier revision; without a number, to the one that was healthy before this one. */
export const ServiceRollback = Type.Object(
  { revision: Type.Optional(Type.Integer({ minimum: 1 })) },
  { $id: 'ServiceRollback', additionalProperties: false },
);
export type ServiceRollback = Static<typeof ServiceRollback>;

export const ServiceQuery = Type.Interface([PageQuery], {
  model: Type.Optional(Type.String({ description: 'name or name:version' })),
  computeTarget: Type.Optional(Type.String()),
  tag: Type.Optional(Type.Array(Type.String())),
  property: Type.Optional(Type.Array(Type.String())),
});
export type ServiceQuery = Static<typeof ServiceQuery>;

/** What a service was to run, once and for all. `failed` was rolled back, or never became healthy. */
export const Revision = Type.Object(
  {
    service: Type.String(),
    number: Type.Integer({ minimum: 1 }),
    status: Type.Enum(['pending', 'active', 'superseded', 'failed']),
    models: Type.Array(Type.String()),
    selections: Selections,
    inferenceConfig: Script,
    config: DeploymentConfig,
    error: Type.Union([Failure, Type.Null()]),
    createdAt: Timestamp,
  },
  { $id: 'Revision' },
);
export type Revision = Static<typeof Revision>;

/** A replica as the control plane sees it now. */
export const Replica = Type.Object(
  {
    id: Type.String(),
    revision: Type.Integer({ minimum: 1 }),
    phase: Type.Enum(['starting', 'loading', 'warming', 'ready', 'stuck', 'draining', 'failed']),
    routed: Type.Boolean(),
    pid: Type.Union([Type.Integer(), Type.Null()]),
    address: Type.Union([Type.String(), Type.Null()]),
    memoryBytes: Type.Union([Type.Integer(), Type.Null()]),
    devices: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: 'Ids of the devices that it has for itself, by their class.',
    }),
    lane: Type.Union([Type.Enum(['inline', 'worker']), Type.Null()]),
    executionProviders: Type.Array(
      Type.Object({
        name: Type.String(),
        nodes: Type.Union([Type.Integer(), Type.Null()], {
          description: 'Nodes of the model that it ran at warm-up; `null`: not known, or all of them.',
        }),
      }),
      { description: 'What runs its default model, once that is loaded.' },
    ),
    startedAt: Timestamp,
    error: Type.Union([Failure, Type.Null()]),
  },
  { $id: 'Replica' },
);
export type Replica = Static<typeof Replica>;

/** Something that happened to a service, in words. */
export const ServiceEvent = Type.Object(
  {
    sequence: Type.Integer(),
    time: Timestamp,
    type: Type.Enum(['Normal', 'Warning']),
    reason: Type.String({ description: 'One word in PascalCase, for programs.' }),
    message: Type.String(),
    revision: Type.Union([Type.Integer(), Type.Null()]),
    replica: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'ServiceEvent' },
);
export type ServiceEvent = Static<typeof ServiceEvent>;

export const ServiceKeys = Type.Object(
  { primaryKey: Type.String(), secondaryKey: Type.String() },
  { $id: 'ServiceKeys' },
);
export type ServiceKeys = Static<typeof ServiceKeys>;

/** Replaces one of the two keys, by a new random one or by `key`. */
export const KeyRegenerate = Type.Object(
  {
    keyType: Type.Enum(['Primary', 'Secondary']),
    key: Type.Optional(Type.String({ minLength: 16, maxLength: 256 })),
  },
  { $id: 'KeyRegenerate', additionalProperties: false },
);
export type KeyRegenerate = Static<typeof KeyRegenerate>;

/** A token and when to ask for the next; the token itself ends an hour after `refreshAfter`. Unix seconds. */
export const ServiceToken = Type.Object(
  {
    accessToken: Type.String(),
    tokenType: Type.Literal('Bearer'),
    refreshAfter: Type.Integer(),
    expiryOn: Type.Integer(),
  },
  { $id: 'ServiceToken' },
);
export type ServiceToken = Static<typeof ServiceToken>;
