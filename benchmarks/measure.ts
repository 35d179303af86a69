import { median } from '@slipway/testkit';
import { cpuMicroseconds } from './cpu-time.ts';
import { disturbedPercent, processorTime } from './disturbance.ts';
import { type LoadResult, runLoad } from './load/load.ts';
import { medianBetween } from './targets/own-time.ts';
import type { Target } from './targets/target.ts';
import { leastDisturbed, untilQuiet } from './until-quiet.ts';
import { CONNECTIONS, type Connections, type Workload } from './workloads/workload.ts';

/** Requests before a measurement, as a part of its own, so that connections and caches are warm. */
const WARM_UP_PART = 0.1;

/** Callers while a target's code becomes warm. */
const WARM_UP_CALLERS = 16;

/** One round. Microseconds a request; NaN where they are not known. */
export interface Round extends LoadResult {
  /** CPU time of the server's process. */
  readonly cpu: number;
  /** Median of the time that the server says it added itself. */
  readonly own: number;
  /** Percent of the processors' time that others had meanwhile; NaN where it is not known. */
  readonly disturbed: number;
}

/** All rounds of one target at one number of connections, and the median of each figure over them. */
export interface Measurement {
  /** Its name. */
  readonly target: string;
  readonly connections: Connections;
  readonly rounds: readonly Round[];
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
  readonly cpu: number;
  /** The most of any round that counts. */
  readonly disturbed: number;
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
  workload: Pick<Workload, 'requests' | 'warmUpRequests'>,
  { rounds, signal, report }: MeasureOptions,
): Promise<Measurement[]> {
  const cases = CONNECTIONS.flatMap((connections) =>
    targets.map((target) => ({ target, connections, results: [] as Round[] })),
  );
  for (const { open } of targets) {
    signal.throwIfAborted();
    await runLoad(open, { callers: WARM_UP_CALLERS, requests: workload.warmUpRequests });
  }
  for (let round = 1; round <= rounds; round += 1) {
    report(round);
    for (const { target, connections, results } of cases) {
      signal.throwIfAborted();
      results.push(await measureUndisturbed(target, connections, workload.requests[connections], signal));
    }
  }
  return cases.map(({ target, connections, results }) => summarize(target.name, connections, results));
}

/** The least disturbed measurement; failed requests of all attempts count. */
async function measureUndisturbed(
  target: Target,
  callers: number,
  requests: number,
  signal: AbortSignal,
): Promise<Round> {
  const attempts = await untilQuiet(() => measureOnce(target, callers, requests), { signal });
  return {
    ...leastDisturbed(attempts),
    errors: attempts.reduce((sum, { errors }) => sum + errors, 0),
    firstError: attempts.find(({ firstError }) => firstError !== undefined)?.firstError,
  };
}

async function measureOnce(target: Target, callers: number, requests: number): Promise<Round> {
  await runLoad(target.open, { callers, requests: Math.ceil(requests * WARM_UP_PART) });
  const before = target.pid === undefined ? Number.NaN : cpuMicroseconds(target.pid);
  const ownBefore = await target.ownTime?.();
  const timeBefore = processorTime();
  const result = await runLoad(target.open, { callers, requests });
  const disturbed = disturbedPercent(timeBefore, processorTime());
  const ownAfter = await target.ownTime?.();
  const after = target.pid === undefined ? Number.NaN : cpuMicroseconds(target.pid);
  const own = ownBefore && ownAfter ? medianBetween(ownBefore, ownAfter) : Number.NaN;
  return { ...result, cpu: (after - before) / requests, own, disturbed };
}

function summarize(target: string, connections: Connections, rounds: readonly Round[]): Measurement {
  return {
    target,
    connections,
    rounds,
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
    disturbed: Math.max(...rounds.map(({ disturbed }) => disturbed)),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}
