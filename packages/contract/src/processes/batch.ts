import type { ErrorBody } from '../errors.ts';

/** What a job reads: whole files, or rows of tables. */
export type BatchFormat = 'files' | 'jsonl' | 'csv' | 'parquet';

/** A model of a job: for a script in `AZUREML_MODEL_DIR`, or the one that scores by itself. */
export interface BatchModel {
  readonly name: string;
  readonly version: number;
  /** Absolute path of its file or folder. */
  readonly path: string;
}

/** A batch job as its process reads it from standard input: one JSON document, on one line. */
export interface BatchSpec {
  /** Absolute path of a file, or of a folder that is read with all folders in it. */
  readonly input: string;
  /** Absolute path of the job's own folder: results, journal and logs. */
  readonly output: string;
  /** The script that scores; `null`: the only model does. */
  readonly script: BatchScript | null;
  readonly models: readonly BatchModel[];
  /** What runs a model alone; `null`: the CPU. */
  readonly accelerator: BatchAccelerator | null;
  /** The GPUs of this machine, as the control plane on it gives them out; `null`: none runs here, or none was asked. */
  readonly serverGpus: BatchServerGpus | null;
  /** As the user wrote them; the process checks them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What runs a model besides the CPU, or instead of it, as a deployment says it of its models. */
export interface BatchAccelerator {
  /** Execution providers by name, the preferred one first. */
  readonly providers: readonly string[];
  /** Nodes that none of them takes run on the CPU; false: a model with such nodes is refused. */
  readonly cpuFallback: boolean;
  /** Absolute path of the folder where the libraries of the providers are installed; `null`: they need none. */
  readonly engineDir: string | null;
}

/** GPUs that a control plane knows. */
export interface BatchServerGpus {
  /** By UUID, or by number where they were declared by number; `service` has it now. */
  readonly devices: readonly { readonly id: string; readonly service: string | null }[];
  /** Why they could not be asked for; `null`: they could. */
  readonly problem: string | null;
}

/** An entry script with `run(mini_batch)`. */
export interface BatchScript {
  /** Absolute path of the folder that the script and its modules lie in. */
  readonly sourceDir: string;
  /** The script, relative to `sourceDir`. */
  readonly script: string;
  /** True if all files of `sourceDir` belong to the script. */
  readonly isWholeFolder: boolean;
  readonly runsIn: BatchRunner;
}

/** What runs a script: a Python, or the Node of the job, with the packages that it finds in `node_modules` beside the script. */
export type BatchRunner =
  | { readonly language: 'python'; readonly interpreter: string }
  | { readonly language: 'javascript' };

/** Items are files, or rows of tables. */
export interface BatchCounts {
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly miniBatches: number;
}

/** A mini-batch, or items of it, without a result. */
export interface BatchFailure {
  readonly miniBatch: number;
  /** Of a table: the file, relative to the input. */
  readonly file: string | null;
  /** The items without a result, or among which they are: names of files, or rows such as `3` and `7-9`, counted from 1. */
  readonly items: readonly string[];
  /** How many of them have no result. */
  readonly failed: number;
  /** Which try was the last; 0 where the item was not readable. */
  readonly tries: number;
  readonly error: string;
}

/** How a job ended. */
export interface BatchSummary extends BatchCounts {
  readonly state: 'done' | 'failed' | 'stopped';
  readonly error: ErrorBody | null;
  /** Absolute path of the file with the results; `null` while there is none, and with `summary_only`. */
  readonly resultFile: string | null;
  /** Absolute path of the job's folder. */
  readonly output: string;
  /** The first of them; all stand in `failures.jsonl` of the job's folder. */
  readonly failures: readonly BatchFailure[];
  /** Milliseconds since the job began, or began again. */
  readonly durationMs: number;
}

/** What a job tells on standard output, a line of JSON each. The last one is `ended`. */
export type BatchEvent =
  | {
      readonly type: 'started';
      readonly format: BatchFormat;
      readonly processes: number;
      /** What an earlier process of this job has done already. */
      readonly resumed: BatchCounts | null;
    }
  | { readonly type: 'note'; readonly message: string }
  | ({
      readonly type: 'progress';
      /** Part of the input that is done, 0 to 1. */
      readonly fraction: number;
    } & BatchCounts)
  | ({ readonly type: 'failure' } & BatchFailure)
  | { readonly type: 'ended'; readonly summary: BatchSummary };
