import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelLoad } from '../model/model-load.ts';
import type { StartWorker } from './batch-worker.ts';
import { startNodeWorker } from './node-worker.ts';

const HOST = fileURLToPath(new URL('../model/model-host.js', import.meta.url));

/** What the processes of a model alone are started with. */
export interface ModelWorkers {
  readonly load: ModelLoad;
  /** Folder for what they print. */
  readonly logs: string;
  readonly note: (message: string) => void;
}

/** Starts processes that run a model, without a script. */
export function modelWorkers({ load, logs, note }: ModelWorkers): StartWorker {
  return async (place, signal) => {
    const env = {
      ...process.env,
      ...(place.gpu !== null && { CUDA_VISIBLE_DEVICES: place.gpu }),
      ...libraryPath(load.accelerator?.engineDir),
    };
    const { worker, notes } = await startNodeWorker(
      { host: HOST, load, env, cwd: process.cwd(), place, logs },
      signal,
    );
    for (const text of notes) note(text);
    return worker;
  };
}

/** Libraries of NVIDIA load each other by name, and look where the system was told when the process began. */
function libraryPath(engineDir: string | null | undefined): Readonly<Record<string, string>> {
  if (engineDir == null) return {};
  const before = process.env['LD_LIBRARY_PATH'];
  return { LD_LIBRARY_PATH: before ? `${engineDir}${delimiter}${before}` : engineDir };
}
