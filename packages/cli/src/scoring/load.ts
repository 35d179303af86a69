import { type ErrorCode, toSlipwayError } from '@slipway/contract';

/** How many calls, and how many of them at once. */
export interface LoadPlan {
  readonly repeat: number;
  readonly concurrency: number;
}

/** Calls that failed alike. */
export interface FailureKind {
  readonly code: ErrorCode;
  readonly count: number;
  /** What the first of them said. */
  readonly message: string;
}

/** What was measured. */
export interface Load {
  /** Milliseconds of the calls that succeeded, in the order of their end. */
  readonly latenciesMs: Float64Array;
  readonly failures: readonly FailureKind[];
  readonly seconds: number;
  /** It was ended before all calls were made. */
  readonly stopped: boolean;
}

/**
 * Calls `repeat` times, `concurrency` at once, each caller one call after another. When the signal fires it ends with what was
 * measured; calls that were running then do not count.
 */
export async function runLoad(
  { repeat, concurrency }: LoadPlan,
  call: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Load> {
  const latencies = new Float64Array(repeat);
  const failures = new Map<ErrorCode, FailureKind>();
  let begun = 0;
  let succeeded = 0;
  let failed = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, repeat) }, callAgainAndAgain));
  return {
    latenciesMs: latencies.subarray(0, succeeded),
    failures: [...failures.values()],
    seconds: (performance.now() - start) / 1_000,
    stopped: succeeded + failed < repeat,
  };

  async function callAgainAndAgain(): Promise<void> {
    while (begun < repeat && !signal.aborted) {
      begun += 1;
      await callOnce();
      onProgress(succeeded + failed);
    }
  }

  async function callOnce(): Promise<void> {
    const before = performance.now();
    try {
      await call(signal);
      latencies[succeeded] = performance.now() - before;
      succeeded += 1;
    } catch (thrown) {
      if (signal.aborted) return;
      failed += 1;
      const { code, message } = toSlipwayError(thrown);
      failures.set(code, {
        message,
        ...failures.get(code),
        code,
        count: (failures.get(code)?.count ?? 0) + 1,
      });
    }
  }
}
