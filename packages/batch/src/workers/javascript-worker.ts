import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BatchInit } from '@slipway/contract';
import type { ScriptLoad } from '../script/script-load.ts';
import type { StartWorker } from './batch-worker.ts';
import { startNodeWorker } from './node-worker.ts';
import {
  modelDir,
  modelFolder,
  type ScriptWorkers,
  START_TIMEOUT_MS,
  scriptEnvironment,
  threadsOf,
} from './script-workers.ts';

const HOST = fileURLToPath(new URL('../script/script-host.js', import.meta.url));

/** Starts processes that run a script in TypeScript or JavaScript on mini-batches. */
export function javascriptWorkers(
  workers: ScriptWorkers,
  inherited: NodeJS.ProcessEnv = process.env,
): StartWorker {
  const { script, logs, settings, processes } = workers;
  const load: ScriptLoad = {
    script: script.script,
    init: initOf(workers),
    threads: threadsOf(processes),
    heapMb: Math.floor(totalmem() / 1_000_000 / processes),
    startTimeoutMs: START_TIMEOUT_MS,
    keepsResults: settings.outputAction === 'append_row',
  };
  return async (place, signal) => {
    const env = scriptEnvironment(workers, place, inherited);
    const { worker } = await startNodeWorker(
      { host: HOST, load, env, cwd: script.sourceDir, place, logs },
      signal,
    );
    return worker;
  };
}

function initOf(workers: ScriptWorkers): BatchInit {
  const { models, modelsDir, script } = workers;
  return {
    modelDir: modelDir(workers),
    models: models.map((model) => ({
      name: model.name,
      version: model.version,
      path: modelFolder(modelsDir, model),
    })),
    sourceDir: script.sourceDir,
  };
}
