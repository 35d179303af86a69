import type { BatchFormat } from '@slipway/contract';

/** How much goes to `run` at once: so many files, or so many bytes of rows. */
export interface MiniBatchSize {
  readonly files: number;
  readonly bytes: number;
}

/** Everything that a job can be told, complete and within its ranges. */
export interface BatchSettings {
  /** `null`: by the names of the files. */
  readonly inputFormat: BatchFormat | null;
  readonly miniBatchSize: MiniBatchSize;
  /** Items without a result that are put up with; -1: any number. */
  readonly errorThreshold: number;
  readonly outputAction: 'append_row' | 'summary_only';
  readonly appendRowFileName: string;
  /** `null`: one for each core, and one where the job has GPUs. */
  readonly processCount: number | null;
  readonly loggingLevel: LoggingLevel;
  /** Seconds. */
  readonly runInvocationTimeout: number;
  readonly runMaxTry: number;
}

export type LoggingLevel = 'WARNING' | 'INFO' | 'DEBUG';

/** As Azure has them. */
export const DEFAULT_SETTINGS: BatchSettings = Object.freeze({
  inputFormat: null,
  miniBatchSize: Object.freeze({ files: 10, bytes: 1024 ** 2 }),
  errorThreshold: -1,
  outputAction: 'append_row',
  appendRowFileName: 'parallel_run_step.txt',
  processCount: null,
  loggingLevel: 'INFO',
  runInvocationTimeout: 60,
  runMaxTry: 3,
});
