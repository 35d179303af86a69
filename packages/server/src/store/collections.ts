import type {
  AuthMode,
  ConversionReport,
  DeploymentConfig,
  DeviceCounts,
  EnvironmentBuild,
  EnvironmentDefinition,
  Failure,
  InferenceConfig,
  ModelConvert,
  ModelFile,
  ModelSelection,
  OperationKind,
  OperationState,
  ScalingDecision,
  ServiceState,
} from '@slipway/contract/api';

/** A folder that everything else stands in. Id: its name. */
export interface WorkspaceRecord {
  readonly name: string;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A registered model version. Id: `workspace/name:version`. */
export interface ModelRecord {
  readonly workspace: string;
  readonly name: string;
  readonly version: number;
  /** True for the highest version of its name. */
  readonly latest: boolean;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly framework: string | null;
  readonly frameworkVersion: string | null;
  readonly parentId: string | null;
  /** Digest of the OCI manifest that names the files. */
  readonly digest: string;
  readonly size: number;
  readonly files: readonly ModelFile[];
  /** How it was converted from its parent; absent: it was not. */
  readonly conversion?: ConversionReport | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The last version given to a name, so that none is given twice. Id: `workspace/name`. */
export interface VersionCounterRecord {
  readonly lastVersion: number;
}

/** A registered environment version. Id: `workspace/name:version`. */
export interface EnvironmentRecord {
  readonly workspace: string;
  readonly name: string;
  readonly version: number;
  /** True for the highest version of its name. */
  readonly latest: boolean;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly definition: EnvironmentDefinition;
  readonly warnings: readonly string[];
  /** What was built for it last; the files lie under its hash. */
  readonly build: EnvironmentBuild | null;
  readonly operationId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What was said of a compute target. Id: its name. */
export interface ComputeRecord {
  /** Devices that it was declared to have, whatever was found. */
  readonly devices: DeviceCounts;
}

/** What a service should be. Id: its name, which is unique in the installation because its address is. */
export interface ServiceRecord {
  /** Its own for ever; names folders, tokens and revisions. */
  readonly uid: string;
  readonly name: string;
  readonly workspace: string;
  readonly computeTarget: string;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly authMode: AuthMode;
  /** Primary and secondary key, each encrypted; null when the service has none. */
  readonly keys: { readonly primary: string; readonly secondary: string } | null;
  /** Counts the changes of keys and mode; stands in the replicas' key file. */
  readonly authGeneration: number;
  /** The revision that is wanted. */
  readonly revision: number;
  readonly deleting: boolean;
  /** What it took from others for a revision that has not been healthy yet, and gives back if that fails; absent: nothing. */
  readonly takenOver?: readonly TakenOver[] | undefined;
  readonly operationId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a service had before another took its devices over. */
export interface TakenOver extends Pick<DeploymentConfig, 'numReplicas' | 'autoscaler'> {
  readonly uid: string;
  readonly name: string;
  /** Its revision without replicas. Where it wants another one, somebody has changed it since. */
  readonly revision: number;
  readonly devices: DeviceCounts;
}

/** What a service is; written by the reconciler alone. Id: the service's name. */
export interface ServiceStatusRecord {
  readonly uid: string;
  readonly state: ServiceState;
  readonly error: Failure | null;
  /** The last revision that became healthy. */
  readonly activeRevision: number | null;
  readonly readyReplicas: number;
  /** What the autoscaler has come to; absent: it is off, or has not looked yet. */
  readonly scaling?: ScalingStatus | undefined;
}

/** The replicas that the load asks for, and the last decision that changed them. */
export interface ScalingStatus {
  readonly replicas: number;
  readonly last: ScalingDecision | null;
}

/** A version that a service serves. */
export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  /** Labels that are to point at it; absent: none. */
  readonly labels?: readonly string[] | undefined;
  /** What its property `slipway.weights` says; absent: somebody trained it. */
  readonly weights?: string | undefined;
}

/** The user's own code of a revision: what the API shows of it, and the digest of the manifest that names its files. */
export interface RevisionScript extends InferenceConfig {
  readonly digest: string;
}

/** What a service was to run, once and for all. Id: `service uid/number`. */
export interface RevisionRecord {
  readonly serviceUid: string;
  readonly number: number;
  readonly status: 'pending' | 'active' | 'superseded' | 'failed';
  /** The versions that it began with; those of `selections` follow what is registered. */
  readonly models: readonly ModelVersion[];
  /** The models whose versions follow a policy; absent: none. */
  readonly selections?: readonly ModelSelection[] | undefined;
  /** Absent: the models answer by themselves. */
  readonly script?: RevisionScript | undefined;
  readonly config: DeploymentConfig;
  readonly error: Failure | null;
  readonly createdAt: string;
}

/** Long work. Id: its own. */
export interface OperationRecord {
  readonly id: string;
  readonly workspace: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  /** `services/digits` */
  readonly resource: string;
  /** The revision it is about, where there is one. */
  readonly revision: number | null;
  readonly percent: number | null;
  readonly message: string;
  readonly error: Failure | null;
  /** What a conversion is to do; absent: it is none. */
  readonly conversion?: ModelConvert | undefined;
  /** `models/digits.1.accelonnx:1`; absent: nothing yet. */
  readonly result?: string | undefined;
  readonly cancelRequested: boolean;
  /** Who works on it, and until when that holds unless renewed. */
  readonly lease: { readonly owner: string; readonly expiresAt: string } | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** One log line. Id: `operation id/sequence`, the sequence padded to ten digits. */
export interface OperationLogRecord {
  readonly operationId: string;
  readonly sequence: number;
  readonly time: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** Something that happened to a service. Id: `service uid/sequence`, the sequence padded to ten digits. */
export interface EventRecord {
  readonly serviceUid: string;
  readonly time: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly revision: number | null;
  readonly replica: string | null;
}

/** The answer that a client's key was given. Id: `method path key`. */
export interface IdempotencyRecord {
  /** SHA-256 of the request body. */
  readonly requestDigest: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

/** A key pair that signs the tokens of services; the private half encrypted. Id: its own. */
export interface SigningKeyRecord {
  /** The public half as a JSON Web Key with its `kid`. */
  readonly publicKey: Readonly<Record<string, unknown>>;
  /** The private half as a JSON Web Key, sealed under the master key. */
  readonly sealedPrivateKey: string;
  readonly createdAt: string;
}

/** Every collection and the type of its values. */
export interface Collections {
  readonly workspaces: WorkspaceRecord;
  readonly models: ModelRecord;
  readonly modelCounters: VersionCounterRecord;
  readonly environments: EnvironmentRecord;
  readonly environmentCounters: VersionCounterRecord;
  readonly computes: ComputeRecord;
  readonly services: ServiceRecord;
  readonly serviceStatus: ServiceStatusRecord;
  readonly revisions: RevisionRecord;
  readonly operations: OperationRecord;
  readonly operationLog: OperationLogRecord;
  readonly events: EventRecord;
  readonly idempotency: IdempotencyRecord;
  readonly signingKeys: SigningKeyRecord;
}
export type CollectionName = keyof Collections;

/** The fields of each collection that can be asked for in a listing; columns of their own in SQL. */
export const INDEXES = {
  workspaces: [],
  models: ['workspace', 'name', 'framework', 'latest', 'digest', 'parentId'],
  modelCounters: [],
  environments: ['workspace', 'name', 'latest'],
  environmentCounters: [],
  computes: [],
  services: ['workspace', 'computeTarget', 'uid'],
  serviceStatus: [],
  revisions: ['serviceUid'],
  operations: ['workspace', 'state', 'resource'],
  operationLog: ['operationId'],
  events: ['serviceUid'],
  idempotency: [],
  signingKeys: [],
} as const satisfies { readonly [C in CollectionName]: readonly (keyof Collections[C])[] };

/** The indexed fields of a collection with their types. */
export type IndexOf<C extends CollectionName> = Pick<
  Collections[C],
  Extract<(typeof INDEXES)[C][number], keyof Collections[C]>
>;
