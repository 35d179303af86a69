import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BatchModel, BatchScript } from '@slipway/contract';
import { forScripts } from '@slipway/runtime/batch';
import type { BatchSettings } from '../settings/settings.ts';
import type { WorkerPlace } from './batch-worker.ts';

/** A large model may take minutes to load; longer is a hang. */
export const START_TIMEOUT_MS = 600_000;

/** What the processes of a script are started with. */
export interface ScriptWorkers {
  readonly script: BatchScript;
  readonly models: readonly BatchModel[];
  /** Folder with `<name>/<version>/` of each model. */
  readonly modelsDir: string;
  /** Folder for what they print. */
  readonly logs: string;
  readonly settings: Pick<BatchSettings, 'outputAction' | 'loggingLevel'>;
  readonly processes: number;
}

/** What every script finds in its environment, with the names that Azure has. */
export function scriptEnvironment(
  workers: ScriptWorkers,
  { gpu }: WorkerPlace,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  const { script, settings, processes } = workers;
  return {
    // Native code takes a thread for each core, in each process, unless it is told; the user's own setting stands.
    OMP_NUM_THREADS: String(threadsOf(processes)),
    ...forScripts(inherited),
    AML_APP_ROOT: script.sourceDir,
    AZUREML_ENTRY_SCRIPT: script.script,
    AZUREML_LOG_LEVEL: settings.loggingLevel,
    AZUREML_MODEL_DIR: modelDir(workers),
    ...(gpu !== null && { CUDA_VISIBLE_DEVICES: gpu }),
  };
}

/** One model: its own folder; otherwise the folder with those of all. */
export function modelDir({ models, modelsDir }: ScriptWorkers): string {
  const [only, ...others] = models;
  if (only === undefined || others.length > 0) return modelsDir;
  return modelFolder(modelsDir, only);
}

/** Where a model lies for scripts. */
export function modelFolder(modelsDir: string, { name, version }: BatchModel): string {
  return join(modelsDir, name, String(version));
}

/** Cores of each process. */
export function threadsOf(processes: number): number {
  return Math.max(1, Math.floor(availableParallelism() / processes));
}
