import { percentile } from '@slipway/testkit';

/** One way to have one request answered: over a connection, or by the engine itself. */
export interface Caller {
  /** Resolves when the request with this number is answered as it should be; rejects if it is not. */
  call(index: number): Promise<void>;
  close(): Promise<void> | void;
}

export interface Load {
  /** Callers at once, each with one request in flight. */
  readonly callers: number;
  /** Requests in all. */
  readonly requests: number;
}

/** What a load came to; times in microseconds, of good answers only. */
export interface LoadResult {
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  /** What went wrong first. */
  readonly firstError: string | undefined;
}

/** Runs a fixed number of requests through callers that each send the next as soon as the last is answered. */
export async function runLoad(open: () => Promise<Caller>, load: Load): Promise<LoadResult> {
  const callers = await Promise.all(Array.from({ length: load.callers }, open));
  const progress = { sent: 0, latencies: new Float64Array(load.requests), good: 0, errors: [] as string[] };
  const started = performance.now();
  await Promise.all(callers.map((caller) => callInTurn(caller, load.requests, progress)));
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(callers.map((caller) => caller.close()));
  const sorted = progress.latencies.subarray(0, progress.good).sort();
  return {
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    requestsPerSecond: progress.good / seconds,
    errors: progress.errors.length,
    firstError: progress.errors[0],
  };
}

interface Progress {
  sent: number;
  readonly latencies: Float64Array;
  good: number;
  readonly errors: string[];
}

async function callInTurn(caller: Caller, requests: number, progress: Progress): Promise<void> {
  while (progress.sent < requests) {
    const index = progress.sent;
    progress.sent += 1;
    const started = performance.now();
    try {
      await caller.call(index);
      progress.latencies[progress.good] = (performance.now() - started) * 1000;
      progress.good += 1;
    } catch (error) {
      progress.errors.push(error instanceof Error ? error.message : String(error));
    }
  }
}
