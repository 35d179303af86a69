import { setImmediate } from 'node:timers/promises';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { BatchSettings } from '../settings/settings.ts';
import type { BatchWorker, StartWorker } from '../workers/batch-worker.ts';
import { createGpuSlots, type GpuSlots } from '../workers/gpu-slots.ts';
import { runWithin } from '../workers/run-within.ts';
import type { Outcome } from './describe-failures.ts';

/** What scores the mini-batches of a job, and who hears of it. */
export interface Scoring {
  readonly miniBatches: AsyncGenerator<MiniBatch>;
  readonly processes: number;
  /** `null`: nothing is said of GPUs. */
  readonly gpus: readonly string[] | null;
  readonly startWorker: StartWorker;
  readonly settings: Pick<BatchSettings, 'runInvocationTimeout' | 'runMaxTry'>;
  /** The process asks for its next mini-batch when this has resolved. */
  readonly onOutcome: (miniBatch: MiniBatch, outcome: Outcome) => Promise<void>;
  readonly onFailedTry: (miniBatch: MiniBatch, place: number, tried: number, error: SlipwayError) => void;
}

/**
 * Scores all mini-batches in so many processes, each of which takes the next one when it is done with the last. Rejects with why it
 * had to end before: the signal, a process that cannot be started, results that cannot be written. No process is left then.
 */
export async function scoreAll(scoring: Scoring, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const gpus = createGpuSlots(scoring.gpus ?? []);
  const places = Array.from({ length: scoring.processes }, (_, index) => index + 1);
  const work = places.map((number) =>
    serve(scoring, createPlace(scoring, number, gpus, either), either).catch((thrown: unknown) => {
      failed.abort(thrown);
      throw thrown;
    }),
  );
  await Promise.allSettled(work);
  await scoring.miniBatches.return(undefined);
  either.throwIfAborted();
}

async function serve(scoring: Scoring, place: Place, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await scoring.miniBatches.next();
      if (next.done === true) return;
      const outcome = await scoreOne(scoring, place, next.value, signal);
      signal.throwIfAborted();
      await scoring.onOutcome(next.value, outcome);
    }
  } finally {
    await place.leave();
  }
}

async function scoreOne(
  { settings, onFailedTry }: Scoring,
  place: Place,
  miniBatch: MiniBatch,
  signal: AbortSignal,
): Promise<Outcome> {
  if (miniBatch.kind === 'rows' && miniBatch.rows.length === 0) {
    return { result: { succeeded: 0, text: '', rejected: [] }, tries: 0 };
  }
  let error = '';
  for (let tried = 1; tried <= settings.runMaxTry; tried += 1) {
    const worker = await place.worker();
    try {
      const result = await runWithin(worker, miniBatch, settings.runInvocationTimeout, signal);
      return { result, tries: tried };
    } catch (thrown) {
      signal.throwIfAborted();
      const failure = toSlipwayError(thrown);
      error = failure.message;
      onFailedTry(miniBatch, place.number, tried, failure);
    }
  }
  return { error, tries: settings.runMaxTry };
}

/** Where one process works, or the one that takes over when it has ended. */
interface Place {
  readonly number: number;
  /** The process that is there, or a new one. Rejects if there can be none. */
  worker(): Promise<BatchWorker>;
  leave(): Promise<void>;
}

function createPlace(
  { gpus: all, startWorker, settings }: Scoring,
  number: number,
  gpus: GpuSlots,
  signal: AbortSignal,
): Place {
  let current: { readonly worker: BatchWorker; hasEnded: boolean } | undefined;

  const start = async (): Promise<BatchWorker> => {
    const gpu = all === null ? null : gpus.take();
    try {
      const worker = await startWorker({ number, gpu }, signal);
      const started = { worker, hasEnded: false };
      current = started;
      void worker.ended.then(() => {
        started.hasEnded = true;
        if (gpu !== null) gpus.giveBack(gpu);
      });
      return worker;
    } catch (thrown) {
      if (gpu !== null) gpus.giveBack(gpu);
      throw thrown;
    }
  };

  return {
    number,
    async worker() {
      // The end of a process is told a moment after its last answer is known to be lost.
      await setImmediate();
      if (current !== undefined && !current.hasEnded) return current.worker;
      for (let tried = 1; ; tried += 1) {
        try {
          return await start();
        } catch (thrown) {
          signal.throwIfAborted();
          const error = toSlipwayError(thrown);
          if (error.details?.['permanent'] === true || tried >= settings.runMaxTry)
            throw cannotStart(error, tried);
        }
      }
    },
    async leave() {
      if (current === undefined) return;
      if (signal.aborted) current.worker.kill(new SlipwayError('cancelled', 'The job was stopped.'));
      await current.worker.stop();
    },
  };
}

function cannotStart(error: SlipwayError, tried: number): SlipwayError {
  const tries = tried > 1 ? ` It was tried ${tried} times.` : '';
  return new SlipwayError(error.code, `${error.message}${tries}`, { details: error.details, cause: error });
}
