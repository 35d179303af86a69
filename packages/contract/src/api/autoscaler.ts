import Type, { type Static } from 'typebox';

/** Replicas that a service may be told to have. */
export const MAX_REPLICAS = 1_000;

/** When replicas are added and taken away by load. Names and defaults of the first four follow Azure's `autoScaler`. */
export const Autoscaler = Type.Object(
  {
    minReplicas: Type.Integer({
      minimum: 0,
      maximum: MAX_REPLICAS,
      default: 1,
      description:
        'Fewest replicas, not more than `maxReplicas`; with 0 a service that nobody calls has none, and its first request waits for one.',
    }),
    maxReplicas: Type.Integer({
      minimum: 1,
      maximum: MAX_REPLICAS,
      default: 10,
      description: 'Most replicas, as far as the target has room for them.',
    }),
    targetUtilization: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 70,
      description: 'Percent of the replicas that are to be busy.',
    }),
    refreshPeriodSeconds: Type.Integer({
      minimum: 1,
      maximum: 3600,
      default: 1,
      description: 'Seconds between two looks at the load.',
    }),
    idleSeconds: Type.Integer({
      minimum: 1,
      default: 300,
      description: 'Of `minReplicas` 0: seconds without a request after which the last replica goes.',
    }),
  },
  { $id: 'Autoscaler', additionalProperties: false },
);
export type Autoscaler = Static<typeof Autoscaler>;

/** What autoscaling does when nothing more is said than that it is wanted. */
export const DEFAULT_AUTOSCALER: Autoscaler = Object.freeze({
  minReplicas: 1,
  maxReplicas: 10,
  targetUtilization: 70,
  refreshPeriodSeconds: 1,
  idleSeconds: 300,
});

/** Settings of autoscaling of which some are left out: a new service gets the defaults for them, an update leaves them. */
export const PartialAutoscaler = Type.Partial(Type.Object(Autoscaler.properties), {
  additionalProperties: false,
});
