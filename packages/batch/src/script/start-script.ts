import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { forScripts, type OutputLog, startThreadWorker } from '@slipway/runtime/batch';
import type { Scorer } from '../host/serve-job.ts';
import { entryScorer } from '../workers/entry-scorer.ts';
import type { ScriptLoad } from './script-load.ts';

/** The job reads what this process prints, and bounds it; writing waits for that. */
const OUTPUT: OutputLog = {
  isFull: false,
  lose: () => undefined,
  write: (stream, _, text) => void process[stream].write(text),
  close: () => undefined,
};

/** Starts the thread of a script. Rejects with `script_failed`. The process ends with it, and another takes its place. */
export async function startScript(load: ScriptLoad): Promise<Scorer> {
  // Node names modules by their real path.
  const sourceDir = realpathSync(load.init.sourceDir);
  const worker = await startThreadWorker(
    {
      env: forScripts(process.env),
      script: load.script,
      scriptPath: join(sourceDir, load.script),
      packagesDir: null,
      purpose: { kind: 'batch', init: { ...load.init, sourceDir }, keepsResults: load.keepsResults },
      threads: load.threads,
      heapMb: load.heapMb,
      moreHeap: 'lower processCount, whose processes share the memory of the machine, or miniBatchSize',
      startTimeoutMs: load.startTimeoutMs,
      output: OUTPUT,
      // The job ends this process when the mini-batch has had its time.
      onStuck: () => undefined,
    },
    new AbortController().signal,
  );
  return { notes: [], score: entryScorer(worker), ended: worker.ended };
}
