import type { SlipwayError } from '@slipway/contract';
import type { InferResponse } from '../data-plane/data-plane.ts';
import type { Job } from './job.ts';

/** A job with one FP32 row, and what becomes of it. For tests. */
export interface TestJob {
  readonly job: Job;
  readonly answer: Promise<InferResponse>;
}

export interface TestJobOptions extends Pick<Job, 'priority' | 'timeoutMs' | 'client'> {
  readonly value?: number;
  readonly rows?: number;
  readonly arrivedAt?: number;
  readonly signal?: AbortSignal;
}

export function createTestJob(options: TestJobOptions = {}): TestJob {
  const { value = 0, rows = 1, arrivedAt, signal, priority, timeoutMs, client } = options;
  const { promise, resolve, reject } = Promise.withResolvers<InferResponse>();
  // A test that does not look at an answer is not to fail because of it.
  promise.catch(() => undefined);
  return {
    answer: promise,
    job: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 1], data: new Float32Array(rows).fill(value) }],
      outputs: ['y'],
      arrivedAt: arrivedAt ?? performance.now(),
      signal,
      priority,
      timeoutMs,
      client,
      resolve,
      reject,
    },
  };
}

/** What became of a job, in a form to compare: its first value, or the code of its error. */
export function outcomeOf({ answer }: TestJob): Promise<unknown> {
  return answer.then(
    ({ outputs }) => outputs[0]?.data[0],
    (error: SlipwayError) => (error.details?.['notRun'] === true ? `${error.code}, not run` : error.code),
  );
}
