import type { Detector, ModelProvider, Signature, Tensor } from '@slipway/contract';

/** The engines that can run a model. `memory` runs tiny programs without a native library, for tests. */
export type EngineName = 'onnx' | 'memory';

/** What can be told of a model without loading it. */
export interface ModelFacts {
  /** Absolute path of the file to load. */
  readonly file: string;
  /** Size of the model with the files that it refers to. */
  readonly bytes: number;
  /**
   * Operators whose work is set by the values of a request and not by its size, so that one request can take
   * far longer than another of the same size; none for most models.
   */
  readonly valueDriven: readonly string[];
  /** Ends that are BF16, by name, where the engine must be told of them to carry them; absent for most models. */
  readonly bfloats?: BfloatEnds | undefined;
  /** Other names of inputs and outputs, by the names of tensors; absent: the file says none. */
  readonly aliases?: ReadonlyMap<string, string> | undefined;
  /** What makes detections of its raw outputs, where a file beside it says so; absent: it answers with the outputs that it has. */
  readonly detector?: Detector | undefined;
}

export interface BfloatEnds {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What runs a model besides the CPU, or instead of it. */
export interface Accelerator {
  /** Execution providers by name, the first that can take a node has it. */
  readonly providers: readonly string[];
  /** Nodes that none of them takes run on the CPU; false: a model with such nodes is refused. */
  readonly cpuFallback: boolean;
  /** Absolute path of the folder where the libraries of the providers are installed; `null`: they need none. */
  readonly engineDir: string | null;
}

/** Where the nodes of a model ran. */
export interface Placement {
  readonly providers: readonly ModelProvider[];
  /** What whoever runs the replica should know of it; whole sentences. */
  readonly notes: readonly string[];
}

/** How a model is to be loaded: plain data, so that it can cross to a worker thread. */
export interface LoadOptions {
  /** Threads that one run may use. */
  readonly threads: number;
  /** Digest of the model, the key of caches. */
  readonly digest: string;
  /** Absolute path of the folder for what an engine wants to keep between starts. */
  readonly cacheDir: string;
  /** Absent: the CPU. */
  readonly accelerator?: Accelerator | undefined;
}

/** A kind of model file that can be run. Every failure is a `SlipwayError`. */
export interface Engine {
  /** Finds the model in its folder and checks what can be checked cheaply; throws `invalid_model`. */
  inspect(folder: string): ModelFacts;
  /**
   * Loads what `inspect` found, on the calling thread; throws `invalid_model`, and `unsupported` where the accelerator
   * that is asked for cannot be had.
   */
  load(facts: ModelFacts, options: LoadOptions): EngineSession;
}

/** A model in memory. It belongs to the thread that loaded it, and blocks that thread while it runs. */
export interface EngineSession {
  readonly signature: Signature;
  /** What whoever runs the replica should know of the way the model was loaded; whole sentences. */
  readonly notes: readonly string[];
  /**
   * Computes the named outputs, in that order. `inputs` must be in the signature's order and fit it. Throws
   * `invalid_argument` for a value that no model takes (text that is not UTF-8), `invalid_model` if the
   * engine refuses the run.
   */
  run(inputs: readonly Tensor[], outputs: readonly string[]): readonly Tensor[];
  /**
   * Where its nodes ran, to be asked when the model has run once, or refused its only run. Asking ends the watching,
   * which makes runs slower. Throws `unsupported` if the accelerator ran none of them.
   */
  placement(): Placement;
  close(): void;
}
