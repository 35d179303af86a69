import type { LoadedModel, ModelVersionState, Signature, VersionPhase } from '@slipway/contract';
import type { ModelRef } from '../../data-plane/data-plane.ts';
import { RUNTIME_VERSION } from '../../observability/version.ts';
import { keyedSignature } from '../tensor-names.ts';
import { hasBatchAxis } from './model.ts';

/** What the server says of itself. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  /** Names of the extensions that are served; clients call what stands here. */
  readonly extensions: readonly string[];
}

/** The metadata of a model. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  /** `onnxruntime_onnx` for ONNX models, as Triton names it. */
  readonly platform: string;
  readonly signature: Signature;
}

/** The configuration of a model, in the words of Triton's model configuration. */
export interface ModelConfig {
  readonly name: string;
  readonly platform: string;
  readonly backend: string;
  readonly signature: Signature;
  /** The versions that are served, ascending: a replica is told of versions and of no policy by which they were chosen. */
  readonly versions: readonly number[];
  /** Rows that may share a run. 0: the first dimension is none that Slipway may grow, and all are in `dims`. */
  readonly maxBatchSize: number;
  /** Runs that may go on at once. */
  readonly instances: number;
  /** A GPU runs it, whole or in part. */
  readonly onGpu: boolean;
  /** Execution providers that run it, in order. */
  readonly providers: readonly string[];
}

/** One version of a model in the index. A model that is known by name alone has neither version nor state. */
export interface IndexEntry {
  readonly name: string;
  readonly version?: string | undefined;
  readonly state?: 'UNKNOWN' | 'READY' | 'UNAVAILABLE' | 'LOADING' | 'UNLOADING' | undefined;
  /** Why it is in that state, where that needs saying. */
  readonly reason?: string | undefined;
}

/** What the server says of itself. Only extensions that are served stand here: clients call what they find. */
export const SERVER_METADATA: ServerMetadata = {
  name: 'slipway',
  version: RUNTIME_VERSION,
  extensions: [
    'classification',
    'model_repository',
    'schedule_policy',
    'model_configuration',
    'binary_tensor_data',
    'parameters',
    'statistics',
  ],
};

/** As Triton names them for ONNX models. */
const PLATFORM = 'onnxruntime_onnx';
const BACKEND = 'onnxruntime';

/** Providers whose device is a graphics card; a client that asks gets KIND_GPU for them, as from Triton. */
const GPU_PROVIDERS: ReadonlySet<string> = new Set(['cuda', 'tensorrt', 'webgpu', 'dml', 'rocm', 'migraphx']);

/** Under which Triton's configuration names the providers: `parameters` is its place for what it has no field for. */
export const PROVIDERS_PARAMETER = 'execution_providers';

/** No version has more digits; longer ones are labels that nobody has. */
const VERSION = /^\d{1,15}$/;

/** What a request means: digits are a version's number, all else is a label. */
export function modelRef(model: string, version?: string | undefined): ModelRef {
  if (version === undefined || version === '') return { model };
  return VERSION.test(version) ? { model, version: Number(version) } : { model, label: version };
}

/** The metadata of a version, under the keys of its signature where it has them; `models` are all that are ready. */
export function describeModel(model: LoadedModel, models: readonly LoadedModel[]): ModelMetadata {
  const { name } = model;
  const signature = keyedSignature(model.signature);
  return { name, versions: versionsOf(name, models).map(String), platform: PLATFORM, signature };
}

function versionsOf(name: string, models: readonly LoadedModel[]): readonly number[] {
  const versions = models.filter((one) => one.name === name).map(({ version }) => version);
  return versions.sort((one, other) => one - other);
}

/** The configuration of a version, as Triton would have completed it; `models` are all that are ready. */
export function configureModel(model: LoadedModel, models: readonly LoadedModel[]): ModelConfig {
  const { name, maxBatchRows, workers } = model;
  const signature = keyedSignature(model.signature);
  const providers = model.providers.map((provider) => provider.name);
  const maxBatchSize = hasBatchAxis(signature) && maxBatchRows > 1 ? maxBatchRows : 0;
  return {
    name,
    platform: PLATFORM,
    backend: BACKEND,
    signature,
    versions: versionsOf(name, models),
    maxBatchSize,
    // On the socket thread, where there are no workers, one run goes on at a time.
    instances: Math.max(1, workers),
    onGpu: providers.some((provider) => GPU_PROVIDERS.has(provider)),
    providers,
  };
}

/** The index of all versions that are known, or of those that are ready. */
export function indexModels(states: readonly ModelVersionState[], readyOnly: boolean): readonly IndexEntry[] {
  const told = readyOnly ? states.filter(({ phase }) => phase === 'AVAILABLE') : states;
  return told.map(({ name, version, phase, error }) => ({
    name,
    version: String(version),
    state: INDEX_STATES[phase],
    reason: error?.message,
  }));
}

const INDEX_STATES: Readonly<Record<VersionPhase, IndexEntry['state']>> = {
  START: 'LOADING',
  LOADING: 'LOADING',
  AVAILABLE: 'READY',
  UNLOADING: 'UNLOADING',
  END: 'UNAVAILABLE',
};
