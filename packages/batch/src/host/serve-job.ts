import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { toSlipwayError } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from '../workers/batch-worker.ts';
import type { FromHost, ToHost } from './messages.ts';

/** Scores mini-batches, one at a time. */
export interface Scorer {
  /** What people should know of the way it does. */
  readonly notes: readonly string[];
  score(miniBatch: MiniBatch): Promise<MiniBatchResult>;
  /** Resolves when it can score no more; absent: it always can. */
  readonly ended?: Promise<unknown>;
}

/** Has this process score for the job that has started it, until that hangs up or is gone, or until it can score no more. */
export function serveJob<Load>(prepare: (load: Load) => Promise<Scorer>): void {
  new Worker(new URL('./parent-watch.js', import.meta.url), { workerData: process.ppid }).unref();
  let scorer: Scorer | undefined;
  let isAsked = false;
  let hasEnded = false;

  const answer = async (message: ToHost<Load>): Promise<FromHost> => {
    if (message.type === 'load') {
      scorer = await prepare(message.load);
      void scorer.ended?.then(() => {
        hasEnded = true;
        if (!isAsked) process.exit(0);
      });
      return { type: 'ready', notes: scorer.notes };
    }
    if (scorer === undefined) throw new Error('A mini-batch came before what scores it.');
    return { type: 'result', result: await scorer.score(message.miniBatch) };
  };
  const refused = async (thrown: unknown): Promise<FromHost> => {
    // The end is told a moment after what it has cost.
    await setImmediate();
    return { type: 'refused', error: toSlipwayError(thrown).toJSON(), hasEnded };
  };

  process.on('message', (message: ToHost<Load>) => {
    isAsked = true;
    void answer(message)
      .catch(refused)
      .then((told) => {
        isAsked = false;
        process.send?.(told);
      });
  });
  // The job has gone, or has no more to do.
  process.on('disconnect', () => process.exit(0));
}
