import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  type BatchEvent,
  type BatchModel,
  type BatchScript,
  type BatchSummary,
  entryLanguage,
  errorFromBody,
  SlipwayError,
} from '@slipway/contract';
import { batchAccelerator } from './batch-accelerator.ts';
import { runBatchProcess } from './batch-process.ts';
import { batchRunner } from './batch-runner.ts';
import { InferenceConfig, type InferenceConfigOptions } from './inference-config.ts';
import { Model } from './model.ts';
import { serverGpus } from './server-gpus.ts';
import type { Workspace } from './workspace.ts';

/** How a job scores; the names of Azure's ParallelRunConfig, whose defaults they have. */
export interface BatchSettings {
  /** What the input is read as; left out, files that all end in `.jsonl`, `.csv` or `.parquet` are tables. */
  readonly inputFormat?: 'files' | 'jsonl' | 'csv' | 'parquet' | undefined;
  /** Files at once (10), or bytes of rows such as `10MB` (1MB). */
  readonly miniBatchSize?: number | string | undefined;
  /** Items without a result that are put up with in the whole input; -1 (default): any number. */
  readonly errorThreshold?: number | undefined;
  /** `append_row` (default): one file of results. `summary_only`: they are only counted. */
  readonly outputAction?: 'append_row' | 'summary_only' | undefined;
  /** Default `parallel_run_step.txt`. */
  readonly appendRowFileName?: string | undefined;
  /** Processes that score side by side: as many as cores, and one where the job has GPUs. */
  readonly processCount?: number | undefined;
  readonly loggingLevel?: 'WARNING' | 'INFO' | 'DEBUG' | undefined;
  /** Seconds that a call of `run` may take; default 60. */
  readonly runInvocationTimeout?: number | undefined;
  /** Calls for a mini-batch, until one succeeds; default 3. */
  readonly runMaxTry?: number | undefined;
}

export interface BatchRunOptions
  extends BatchSettings,
    Pick<InferenceConfigOptions, 'sourceDirectory' | 'environment' | 'condaFile' | 'interpreter'> {
  /** A file, or a folder that is read with all folders in it. */
  readonly input: string;
  /** The job's own folder: results, journal and logs. If the same job was begun in it, the job goes on. */
  readonly output: string;
  /** A script in Python, TypeScript or JavaScript with `run(miniBatch)`; without one the only model scores by itself. */
  readonly entryScript?: string | undefined;
  /** Paths of files and folders, registered models (`name`, `name:version`), or `Model` objects. */
  readonly models?: readonly (string | Model)[] | undefined;
  /** What runs a model alone, such as `["cuda"]`, the preferred one first; default: the CPU. */
  readonly executionProviders?: readonly string[] | undefined;
  /** Nodes that the providers do not take run on the CPU (default); false: a model with such nodes is refused. */
  readonly cpuFallback?: boolean | undefined;
  /** The home folder that engines were installed in; `SLIPWAY_HOME`, else `~/.slipway`. */
  readonly home?: string | undefined;
  /** Where registered models and environments are looked for, and, where it is on this machine, which GPUs services have. */
  readonly workspace?: Workspace | (() => Promise<Workspace>) | undefined;
  readonly onEvent?: ((event: BatchEvent) => void) | undefined;
  /** Stops the job, which goes on when it is run again. */
  readonly signal?: AbortSignal | undefined;
}

/** Scoring of many inputs on this machine, in a process of its own. */
export const Batch = Object.freeze({
  /**
   * Runs a job to its end, or goes on with it where an earlier run of the same job ended. Throws `invalid_argument` with everything
   * that is wrong, `conflict` where `output` holds another job, `cancelled`, and why the job was ended; then `details.summary` says what is done.
   */
  async run(options: BatchRunOptions): Promise<BatchSummary> {
    const { input, output, onEvent, signal } = options;
    const accelerator = batchAccelerator(options);
    const script = await scriptOf(options);
    const spec = {
      input: resolve(input),
      output: resolve(output),
      script,
      models: await modelsOf(options),
      accelerator,
      serverGpus: await serverGpus(options.workspace),
      settings: settingsOf(options),
    };
    const summary = await runBatchProcess(spec, onEvent, signal);
    if (summary.error === null) return summary;
    const { code, message, details } = errorFromBody(summary.error);
    throw new SlipwayError(code, message, { details: { ...details, summary } });
  },
});

async function scriptOf(options: BatchRunOptions): Promise<BatchScript | null> {
  const { entryScript, sourceDirectory, environment, condaFile, interpreter } = options;
  if (entryScript === undefined) {
    for (const [field, value] of Object.entries({ sourceDirectory, environment, condaFile, interpreter })) {
      if (value !== undefined)
        throw refused(field, `${field} is that of a script: name one as entryScript, or leave it out.`);
    }
    return null;
  }
  if (entryLanguage(entryScript) === 'javascript') {
    for (const [field, value] of Object.entries({ environment, condaFile, interpreter })) {
      if (value !== undefined)
        throw refused(
          field,
          `${field} is for scripts in Python, and a job runs ${entryScript} in its own folder, with the packages of node_modules there: leave it out, and install packages there (npm install).`,
        );
    }
  }
  const config = new InferenceConfig({ entryScript, sourceDirectory, environment, condaFile, interpreter });
  return {
    sourceDir: config.sourceDirectory ?? dirname(config.scriptPath),
    script: config.entryScript,
    isWholeFolder: config.sourceDirectory !== null,
    runsIn: await batchRunner(config, () => workspaceOf(options), options.signal),
  };
}

async function modelsOf(options: BatchRunOptions): Promise<readonly BatchModel[]> {
  const models: BatchModel[] = [];
  for (const choice of options.models ?? []) models.push(await modelOf(options, choice));
  return models;
}

async function modelOf(options: BatchRunOptions, choice: string | Model): Promise<BatchModel> {
  if (typeof choice === 'string' && (await isPath(choice))) {
    const path = resolve(choice);
    const name = basename(path, extname(path)).replaceAll(/[^a-zA-Z0-9._-]/g, '-');
    return { name, version: 1, path };
  }
  const model = typeof choice === 'string' ? await registered(options, choice) : choice;
  const { name, version } = model;
  // In the job's folder, so that it is the same when the job goes on.
  const folder = join(resolve(options.output), 'work', 'registered', name, String(version));
  const isComplete = await Promise.all(
    model.files.map(
      async (file) => (await stat(join(folder, file.path)).catch(() => undefined))?.size === file.size,
    ),
  );
  if (isComplete.includes(false)) {
    await model.download({ targetDir: folder, existOk: true, signal: options.signal });
  }
  const [only, ...others] = model.files;
  const isLone = only !== undefined && others.length === 0;
  return { name, version, path: isLone ? join(folder, only.path) : folder };
}

/** What looks like a path is one, so that a slip of the pen is told by the job. */
async function isPath(text: string): Promise<boolean> {
  return (
    /[/\\]/.test(text) || text.startsWith('.') || (await stat(text).catch(() => undefined)) !== undefined
  );
}

async function registered(options: BatchRunOptions, text: string): Promise<Model> {
  const workspace = await workspaceOf(options);
  const { signal } = options;
  return await Model.get({ workspace, id: text, signal });
}

async function workspaceOf({ workspace }: BatchRunOptions): Promise<Workspace> {
  if (workspace === undefined) {
    throw refused(
      'workspace',
      'A registered model or an environment is named, but no workspace to find it in.',
    );
  }
  return typeof workspace === 'function' ? await workspace() : workspace;
}

function settingsOf(options: BatchRunOptions): Readonly<Record<string, unknown>> {
  const {
    input: _input,
    output: _output,
    entryScript: _script,
    sourceDirectory: _folder,
    models: _models,
    environment: _environment,
    condaFile: _file,
    interpreter: _interpreter,
    executionProviders: _providers,
    cpuFallback: _fallback,
    home: _home,
    workspace: _workspace,
    onEvent: _listener,
    signal: _signal,
    ...settings
  } = options;
  return settings;
}

function refused(field: string, message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field } });
}
