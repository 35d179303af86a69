import { median } from '@slipway/testkit';
import { type LoadResult, runLoad } from './load/load.ts';

import type { Target, TargetName } from './targets/target.ts';
import { CONNECTIONS, type Connections, type Workload } from './workloads/workload.ts';

/** Requests before a measurement, as a part of its own, so that connections and code are warm. */
const WARM_UP_PART = 0.1;

/** All rounds of one target at one number of connections, and the median of each figure over them. */
export interface Measurement {
  readonly target: TargetName;
  readonly connections: Connections;
  readonly rounds: readonly LoadResult[];
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** Ends it before the next measurement, by throwing the signal's reason. */
  readonly signal: AbortSignal;
  readonly report: (round: number) => void;
}

/**
 * Measures every target at every number of connections, again and again in turn, so that what the machine does
 * besides falls on all of them alike.
 */
export async function measure(
  targets: readonly Target[],
  workload: Workload,
  { rounds, signal, report }: MeasureOptions,
): Promise<Measurement[]> {
  const cases = CONNECTIONS.flatMap((connections) =>
    targets.map((target) => ({ target, connections, results: [] as LoadResult[] })),
  );
  for (let round = 1; round <= rounds; round += 1) {
    report(round);
    for (const { target, connections, results } of cases) {
      signal.throwIfAborted();
      results.push(await measureOnce(target, connections, workload.requests[connections]));
    }
  }
  return cases.map(({ target, connections, results }) => summarize(target.name, connections, results));
}

async function measureOnce(target: Target, callers: number, requests: number): Promise<LoadResult> {
  await runLoad(target.open, { callers, requests: Math.ceil(requests * WARM_UP_PART) });
  return runLoad(target.open, { callers, requests });
}

function summarize(target: TargetName, connections: Connections, rounds: readonly LoadResult[]): Measurement {
  return {
    target,
    connections,
    rounds,
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}
