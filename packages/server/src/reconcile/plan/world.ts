import type { ErrorBody, ReplicaPhase } from '@slipway/contract';
import type { Capacity, DeviceCounts } from '@slipway/contract/api';

/** What one revision asks for, in the units of the planner: milliseconds and bytes. */
export interface RevisionGoal {
  readonly number: number;
  /** Equal for revisions whose replicas are interchangeable: they differ in their number, not in what runs. */
  readonly template: string;
  readonly numReplicas: number;
  readonly cpuCores: number;
  readonly memoryGb: number;
  /** What each replica has for itself. */
  readonly devices: DeviceCounts;
  /** A replica whose resident set is larger is replaced; `null`: never. */
  readonly memoryLimitBytes: number | null;
  /** Health checks that must fail in a row before a replica counts as dead. */
  readonly failureThreshold: number;
  /** How long the rollout may take, and how long one replica may take to become ready. */
  readonly rolloutTimeoutMs: number;
}

/** What a service is to be. */
export interface Desired {
  /** `null`: nothing is to run. */
  readonly wanted: RevisionGoal | null;
  /** The last revision that was healthy: what a rollout that fails goes back to. */
  readonly active: RevisionGoal | null;
}

/** One replica as the planner sees it. Times are those of the planner's clock. */
export interface ReplicaView {
  readonly id: string;
  readonly revision: number;
  readonly template: string;
  readonly cpuCores: number;
  readonly memoryGb: number;
  readonly devices: DeviceCounts;
  readonly drainGraceMs: number;
  readonly alive: boolean;
  /** True while anything of it may use its devices, even if it has ended itself. */
  readonly holdsDevices: boolean;
  readonly phase: ReplicaPhase;
  readonly error: (ErrorBody & { readonly permanent: boolean }) | null;
  readonly startedAt: number;
  /** When it was first seen ready. */
  readonly readyAt: number | null;
  /** Crashes in a row that led to its start: 0 for a first start. */
  readonly streak: number;
  readonly failedChecks: number;
  readonly memoryBytes: number | null;
  readonly routed: boolean;
  /** When it was taken out of the routes for good. */
  readonly retiredAt: number | null;
  /** When it was told to end. */
  readonly drainedAt: number | null;
  /** Requests that the gateway has with it; `null` while the gateway cannot say. */
  readonly requests: number | null;
}

/** A replica that ended by itself and is to be replaced. */
export interface Restart {
  readonly template: string;
  /** Crashes in a row up to and with this one. */
  readonly streak: number;
  readonly notBefore: number;
  readonly error: ErrorBody & { readonly permanent: boolean };
}

/** What is known of the rollout of the wanted revision. */
export interface Rollout {
  readonly startedAt: number;
  /** True once a replica of the wanted template has been ready. */
  readonly everReady: boolean;
}

/** What there is. */
export interface Actual {
  readonly replicas: readonly ReplicaView[];
  readonly restarts: readonly Restart[];
  readonly rollout: Rollout;
  /** What the target has, and what of it all other services have taken. */
  readonly capacity: Capacity;
  readonly taken: Capacity;
}
