import { SlipwayError } from '@slipway/contract';
import type { EntryWorker } from '@slipway/runtime/batch';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from './batch-worker.ts';

/** Has a script score mini-batches. They reject with `script_failed` if `run` fails, or the script ends. */
export function entryScorer(worker: EntryWorker): (miniBatch: MiniBatch) => Promise<MiniBatchResult> {
  return async (miniBatch) => {
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
  };
}

/** Rows go as they stand in the input: nothing is lost by being read here. */
function bodyOf(miniBatch: MiniBatch): string {
  if (miniBatch.kind === 'files') return JSON.stringify({ files: miniBatch.paths });
  return `{"rows":[${miniBatch.rows.map(({ json }) => json).join(',')}]}`;
}
