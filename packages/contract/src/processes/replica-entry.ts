import type { EntryLanguage } from '../entry-script.ts';

/**
 * How a replica runs the user's own code in front of its models; docs/decisions/0013-entry-scripts.md says how the two talk. All
 * paths are absolute.
 */
export interface ReplicaEntry {
  readonly language: EntryLanguage;
  /** Folder of the sources; it and nothing above it is on the module path. */
  readonly sourceDir: string;
  /** The script, relative to `sourceDir`. */
  readonly script: string;
  /** The program that runs it; `null` for a script that runs in a thread of the replica. */
  readonly interpreter: string | null;
  /** Folder of packages, `node_modules`, that a script in JavaScript finds before its own; absent or `null`: none. */
  readonly packagesDir?: string | null;
  /** Megabytes (10^6 bytes) that the heap of each thread may have; absent or `null`: as many as the replica thinks right. */
  readonly heapMb?: number | null;
  /** Processes or threads that run it side by side, each one request at a time. */
  readonly workers: number;
  /** Folder with `<name>/<version>/` of each model of the service; with one model, `AZUREML_MODEL_DIR` is that model's folder. */
  readonly modelsDir: string;
  /** What the script finds in its environment besides, such as the devices it may use. */
  readonly env: Readonly<Record<string, string>>;
  /** Arrays and scalars of numpy in an answer become JSON; Azure's server answers 500. */
  readonly encodeNumpy: boolean;
  /** Milliseconds from start to the end of `init`; a worker that takes longer has failed. */
  readonly startTimeoutMs: number;
}
