// The process of a model alone: loads what the first message says, and scores the mini-batches of those that follow.
import { Worker } from 'node:worker_threads';
import { toSlipwayError } from '@slipway/contract';
import type { FromModel, ToModel } from './messages.ts';
import { loadModel, type ModelScorer } from './score-model.ts';

new Worker(new URL('./parent-watch.js', import.meta.url), { workerData: process.ppid }).unref();

let scorer: ModelScorer | undefined;

process.on('message', (message: ToModel) => {
  void answer(message)
    .catch(refused)
    .then((text) => process.send?.(text));
});

// The job has gone, or has no more to do.
process.on('disconnect', () => process.exit(0));

async function answer(message: ToModel): Promise<FromModel> {
  if (message.type === 'load') {
    scorer = await loadModel(message.load);
    return { type: 'ready', notes: scorer.notes };
  }
  if (scorer === undefined) throw new Error('A mini-batch came before its model.');
  return { type: 'result', result: await scorer.score(message.miniBatch) };
}

function refused(thrown: unknown): FromModel {
  return { type: 'refused', error: toSlipwayError(thrown).toJSON() };
}
