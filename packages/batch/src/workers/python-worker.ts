import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BatchModel, type BatchScript, SlipwayError } from '@slipway/contract';
import { type EntryWorker, forScripts, pythonFolder, startPythonWorker } from '@slipway/runtime/batch';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { BatchSettings } from '../settings/settings.ts';
import type { BatchWorker, MiniBatchResult, StartWorker, WorkerPlace } from './batch-worker.ts';
import { openOutputFiles } from './output-file.ts';

/** A large model may take minutes to load; longer is a hang. */
const START_TIMEOUT_MS = 600_000;

const STOP_MS = 5_000;

/** What the processes of a script are started with. */
export interface PythonWorkers {
  readonly script: BatchScript;
  readonly models: readonly BatchModel[];
  /** Folder with `<name>/<version>/` of each model. */
  readonly modelsDir: string;
  /** Folder for what they print. */
  readonly logs: string;
  readonly settings: Pick<BatchSettings, 'outputAction' | 'loggingLevel'>;
  readonly processes: number;
}

/** Starts processes that run an entry script on mini-batches. */
export function pythonWorkers(
  workers: PythonWorkers,
  inherited: NodeJS.ProcessEnv = process.env,
): StartWorker {
  const { script, logs } = workers;
  return async (place, signal) => {
    const output = openOutputFiles({
      stdout: join(logs, 'stdout', `${place.number}.stdout.txt`),
      stderr: join(logs, 'stderr', `${place.number}.stderr.txt`),
    });
    const options = {
      interpreter: script.interpreter,
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
    return batchWorkerOf(worker);
  };
}

function batchWorkerOf(worker: EntryWorker): BatchWorker {
  return {
    ended: worker.ended,
    run: async (miniBatch) => {
      const { status, body } = await worker.call({
        method: 'POST',
        path: '/',
        query: '',
        headers: [],
        requestId: `mini-batch ${miniBatch.index}`,
        body: Buffer.from(bodyOf(miniBatch)),
      });
      if (status === 200)
        return { ...(JSON.parse(body.toString()) as Omit<MiniBatchResult, 'rejected'>), rejected: [] };
      const { message } = JSON.parse(body.toString()) as { readonly message: string };
      throw new SlipwayError('script_failed', message);
    },
    stop: () => worker.stop(STOP_MS),
    kill: (reason) => worker.kill(reason),
  };
}

/** Rows go as they stand in the input: nothing is lost by being read here. */
function bodyOf(miniBatch: MiniBatch): string {
  if (miniBatch.kind === 'files') return JSON.stringify({ files: miniBatch.paths });
  return `{"rows":[${miniBatch.rows.map(({ json }) => json).join(',')}]}`;
}

function environmentOf(
  { script, models, modelsDir, settings, processes }: PythonWorkers,
  { gpu }: WorkerPlace,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  const [only, ...others] = models;
  const modelDir =
    only === undefined || others.length > 0 ? modelsDir : join(modelsDir, only.name, String(only.version));
  return {
    ...threadsOf(processes),
    ...forScripts(inherited),
    AML_APP_ROOT: script.sourceDir,
    AZUREML_ENTRY_SCRIPT: script.script,
    AZUREML_LOG_LEVEL: settings.loggingLevel,
    AZUREML_MODEL_DIR: modelDir,
    ...(gpu !== null && { CUDA_VISIBLE_DEVICES: gpu }),
    PYTHONPATH: [pythonFolder(), inherited['PYTHONPATH']].filter(Boolean).join(delimiter),
    // What is imported leaves nothing in the folder of the sources, which the job looks at again.
    PYTHONDONTWRITEBYTECODE: '1',
    SLIPWAY_ENTRY_MODE: settings.outputAction === 'append_row' ? 'batch' : 'batch-summary',
  };
}

/** Native code takes a thread for each core, in each process, unless it is told; the user's own setting stands. */
function threadsOf(processes: number): Record<string, string> {
  const threads = Math.max(1, Math.floor(availableParallelism() / processes));
  return { OMP_NUM_THREADS: String(threads) };
}
