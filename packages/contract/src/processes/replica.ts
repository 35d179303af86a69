import type { ErrorBody } from '../errors.ts';
import type { Signature } from '../tensors.ts';
import type { CollectionSettings } from './collection.ts';
import type { ReplicaEntry } from './replica-entry.ts';

/** How a replica uses the cores it was given: one run on all of them, or several runs on one each. */
export type EngineProfile = 'latency' | 'throughput';

/** Where runs happen: on the thread of the sockets, or on worker threads. `auto` lets warm-up decide. */
export type LaneChoice = 'auto' | 'inline' | 'worker';

/**
 * When requests share a run. `greedy`: what waits when an engine becomes free, with no timer; `dynamic`: requests wait
 * for others until a run is full or of a preferred size, or their delay is over; `off`: never.
 */
export type BatchingMode = 'greedy' | 'off' | 'dynamic';

/** How the requests of a model come together in runs. */
export interface Batching {
  readonly mode: BatchingMode;
  /** Most rows of a shared run; absent: what warm-up finds to be worth it. */
  readonly maxSize?: number | undefined;
  /** `dynamic`: milliseconds that a request waits for others. */
  readonly maxDelayMs?: number | undefined;
  /** `dynamic`: rows with which a run begins at once. */
  readonly preferredSizes?: readonly number[] | undefined;
}

/** A model as a replica finds it: a folder of its files on disk. */
export interface ReplicaModel {
  readonly name: string;
  readonly version: number;
  /** Digest of the model's manifest, `sha256:…`; the key of caches. */
  readonly digest: string;
  /** Absolute path of the folder that holds the model's files. */
  readonly path: string;
  /** Absent: greedy. */
  readonly batching?: Batching | undefined;
  /** Engines that run side by side, each on a thread of its own; absent or `null`: by the profile. */
  readonly instances?: number | null | undefined;
  /** Labels that are to point at this version; none when absent. */
  readonly labels?: readonly string[] | undefined;
  /** What its property `slipway.weights` says: its weights are random, and answers tell so. Absent: they are not. */
  readonly weights?: string | undefined;
}

/** Limits of one replica, all of them complete. Times in milliseconds unless the name says otherwise. */
export interface ReplicaLimits {
  readonly maxBodyBytes: number;
  /** Requests that may run at once; `null`: as many as the engine can run. */
  readonly maxConcurrentRequests: number | null;
  readonly maxQueueLength: number;
  readonly maxQueueWaitMs: number;
  readonly scoringTimeoutMs: number;
  readonly drainGraceSeconds: number;
}

/**
 * All that a replica process is told, in the JSON file named by its `--spec` argument. The process writes
 * `ReplicaState` to `stateFile` whenever its phase changes.
 */
export interface ReplicaSpec {
  readonly kind: 'ReplicaSpec';
  readonly replicaId: string;
  readonly service: string;
  readonly workspace: string;
  readonly revision: number;
  /** Where to listen; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Bearer token of the admin listener, which is on loopback at a free port. */
  readonly adminToken: string;
  /** Every version that is to be ready, in the order of the deployment: the first names the default model. */
  readonly models: readonly ReplicaModel[];
  /**
   * Counts the changes of `models`. The file is written anew for a replica that runs, and read again at `POST /reload`;
   * nothing else of it may change.
   */
  readonly modelsGeneration: number;
  /** Callers may load and unload models through the Open Inference Protocol. */
  readonly allowModelControl: boolean;
  /** Predict over gRPC always answers an output under its alias beside its tensor name; absent: only to aliases. */
  readonly bothOutputNames?: boolean | undefined;
  /** Origins whose pages may call from a browser, `*` for all; absent: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Cores the engine may use; threads are this number rounded up. */
  readonly cpuCores: number;
  readonly profile: EngineProfile;
  readonly lane: LaneChoice;
  readonly limits: ReplicaLimits;
  /** Absolute paths. */
  readonly authFile: string;
  readonly stateFile: string;
  readonly cacheDir: string;
  readonly logLevel: LogLevel;
  /** Part of the requests that are answered well of which a line is logged, from 0 to 1; absent: none. */
  readonly logSampleRatio?: number | undefined;
  /** Absent or `null`: no request is traced. */
  readonly tracing?: TracingSettings | null | undefined;
  /** Absent or `null`: inputs and outputs are not collected. */
  readonly collection?: CollectionSettings | null | undefined;
  /** Ids of the devices that it has for itself, by their class; its environment names them. Absent: none. */
  readonly devices?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Execution providers that run the models, the first that can take a node; absent: the CPU. */
  readonly executionProviders?: readonly string[] | undefined;
  /** False: a model with nodes that none of the providers takes is refused; absent: such nodes run on the CPU. */
  readonly cpuFallback?: boolean | undefined;
  /** Absolute path of the folder that holds the libraries of those providers, once they are installed; absent or `null`: they need none. */
  readonly engineDir?: string | null | undefined;
  /** The user's own code; absent or `null`: the engine serves the models by itself. */
  readonly entry?: ReplicaEntry | null | undefined;
}

/** Where the spans of requests go, and of how many. */
export interface TracingSettings {
  /** URL of a receiver of OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** Part of the requests that are traced where the caller's own trace does not say, from 0 to 1. */
  readonly sampleRatio: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * The life of a replica, in order. `failed` comes with an error; when `permanent` is set, starting again
 * with the same spec must fail in the same way, so nobody should try.
 */
export type ReplicaPhase = 'starting' | 'loading' | 'warming' | 'ready' | 'stuck' | 'draining' | 'failed';

/** What a replica says of itself: in its state file, and as the answer of `GET /status` of its admin listener. */
export interface ReplicaState {
  readonly kind: 'ReplicaState';
  readonly replicaId: string;
  readonly pid: number;
  readonly phase: ReplicaPhase;
  readonly port: number | null;
  readonly adminPort: number | null;
  /** Generation of the key file in force. */
  readonly authGeneration: number;
  readonly error: (ErrorBody & { readonly permanent: boolean }) | null;
  /** The versions that are ready; the first is the default one. */
  readonly models: readonly LoadedModel[];
  /** Generation of the models in the spec that it works towards. */
  readonly modelsGeneration: number;
  /** Every version that it knows, in the order of the spec, also those that could not be loaded. */
  readonly versions: readonly ModelVersionState[];
  readonly inFlight: number;
  readonly queued: number;
}

/** The life of a version in a replica, in the words of TensorFlow Serving. `END` with an error: it could not be loaded. */
export type VersionPhase = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

/** One version of a model in a replica. */
export interface ModelVersionState {
  readonly name: string;
  readonly version: number;
  readonly phase: VersionPhase;
  /** Labels that point at it now: only a version that is ready has any. */
  readonly labels: readonly string[];
  readonly error: ErrorBody | null;
}

/** An execution provider of a model, with the nodes that it ran at warm-up; `null`: that is not known. */
export interface ModelProvider {
  readonly name: string;
  readonly nodes: number | null;
}

/** What warm-up found out about a model. */
export interface LoadedModel {
  readonly name: string;
  readonly version: number;
  readonly signature: Signature;
  /** The providers that run it, in the order in which they were asked for; the CPU last, where it runs what they leave. */
  readonly providers: readonly ModelProvider[];
  readonly lane: 'inline' | 'worker';
  readonly workers: number;
  readonly threads: number;
  readonly loadMs: number;
  readonly warmRunMs: number;
  /** Rows that may share a run; 1 where requests run one by one. */
  readonly maxBatchRows: number;
  /** As {@link ReplicaModel} says it. */
  readonly weights?: string | undefined;
}

/**
 * Header of a refusal that was given before the request began to run, so that sending it again cannot run it twice. It is the
 * word of one process to its caller: the gateway passes none on, and writes its own where no replica has run the request.
 */
export const NOT_RUN_HEADER = 'x-slipway-not-run';
