type Given<T> = T | null | undefined;

/** The parameters of Azure's `AksWebservice.deploy_configuration`, in camelCase. `null` is the same as left out. */
export interface AksDeploymentOptions {
  readonly autoscaleEnabled?: Given<boolean>;
  readonly autoscaleMinReplicas?: Given<number>;
  readonly autoscaleMaxReplicas?: Given<number>;
  readonly autoscaleRefreshSeconds?: Given<number>;
  readonly autoscaleTargetUtilization?: Given<number>;
  readonly collectModelData?: Given<boolean>;
  readonly authEnabled?: Given<boolean>;
  readonly tokenAuthEnabled?: Given<boolean>;
  readonly cpuCores?: Given<number>;
  readonly cpuCoresLimit?: Given<number>;
  /** Gigabytes of 10^9 bytes. */
  readonly memoryGb?: Given<number>;
  readonly memoryGbLimit?: Given<number>;
  readonly gpuCores?: Given<number>;
  readonly enableAppInsights?: Given<boolean>;
  readonly scoringTimeoutMs?: Given<number>;
  readonly replicaMaxConcurrentRequests?: Given<number>;
  /** Milliseconds. */
  readonly maxRequestWaitTime?: Given<number>;
  readonly numReplicas?: Given<number>;
  readonly primaryKey?: Given<string>;
  readonly secondaryKey?: Given<string>;
  readonly tags?: Given<Readonly<Record<string, string>>>;
  readonly properties?: Given<Readonly<Record<string, string>>>;
  readonly description?: Given<string>;
  readonly periodSeconds?: Given<number>;
  readonly initialDelaySeconds?: Given<number>;
  readonly timeoutSeconds?: Given<number>;
  readonly successThreshold?: Given<number>;
  readonly failureThreshold?: Given<number>;
  readonly namespace?: Given<string>;
  readonly computeTargetName?: Given<string>;
  readonly blobfuseEnabled?: Given<boolean>;
}

/** A parameter of Azure's. */
export type AksOption = keyof AksDeploymentOptions;

/** What Azure's `service.update` takes of them: neither keys nor a place. */
export type AksUpdateOptions = Omit<
  AksDeploymentOptions,
  'primaryKey' | 'secondaryKey' | 'computeTargetName'
>;
