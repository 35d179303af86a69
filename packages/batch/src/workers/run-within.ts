import { SlipwayError } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { BatchWorker, MiniBatchResult } from './batch-worker.ts';

/** Has a process score a mini-batch, and ends the process if it takes longer than so many seconds, or if the signal says so. */
export async function runWithin(
  worker: BatchWorker,
  miniBatch: MiniBatch,
  seconds: number,
  signal: AbortSignal,
): Promise<MiniBatchResult> {
  const abort = () => worker.kill(new SlipwayError('cancelled', 'The job was stopped.'));
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => worker.kill(tookTooLong(seconds)), seconds * 1000);
  try {
    signal.throwIfAborted();
    return await worker.run(miniBatch);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function tookTooLong(seconds: number): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `run() did not return within ${seconds} s, and its process was ended. Raise runInvocationTimeout, or make mini-batches smaller.`,
  );
}
