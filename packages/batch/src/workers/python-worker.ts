import { delimiter } from 'node:path';
import { pythonFolder, startPythonWorker } from '@slipway/runtime/batch';
import type { StartWorker, WorkerPlace } from './batch-worker.ts';
import { entryScorer } from './entry-scorer.ts';
import { openOutputOf } from './output-file.ts';
import { type ScriptWorkers, START_TIMEOUT_MS, scriptEnvironment } from './script-workers.ts';

const STOP_MS = 5_000;

/** Starts processes that run an entry script on mini-batches. */
export function pythonWorkers(
  workers: ScriptWorkers,
  interpreter: string,
  inherited: NodeJS.ProcessEnv = process.env,
): StartWorker {
  const { script, logs } = workers;
  return async (place, signal) => {
    const output = openOutputOf(place, logs);
    const options = {
      interpreter,
      args: ['-m', 'slipway_entry'],
      cwd: script.sourceDir,
      env: environmentOf(workers, place, inherited),
      script: script.script,
      startTimeoutMs: START_TIMEOUT_MS,
      output,
    };
    const worker = await startPythonWorker(options, signal).catch((thrown) => {
      output.close();
      throw thrown;
    });
    void worker.ended.then(() => output.close());
    return {
      ended: worker.ended,
      run: entryScorer(worker),
      stop: () => worker.stop(STOP_MS),
      kill: (reason) => worker.kill(reason),
    };
  };
}

function environmentOf(
  workers: ScriptWorkers,
  place: WorkerPlace,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    ...scriptEnvironment(workers, place, inherited),
    PYTHONPATH: [pythonFolder(), inherited['PYTHONPATH']].filter(Boolean).join(delimiter),
    // What is imported leaves nothing in the folder of the sources, which the job looks at again.
    PYTHONDONTWRITEBYTECODE: '1',
    SLIPWAY_ENTRY_MODE: workers.settings.outputAction === 'append_row' ? 'batch' : 'batch-summary',
  };
}
