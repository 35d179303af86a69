import { table } from '../output/table.ts';
import type { FailureKind, Load } from './load.ts';

/** What was measured, for people and programs. Latencies in milliseconds, as the caller saw them. */
export interface LoadReport {
  readonly requests: number;
  readonly succeeded: number;
  readonly failures: readonly FailureKind[];
  readonly concurrency: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** `null` where nothing succeeded. */
  readonly latencyMs: Latency | null;
  readonly stopped: boolean;
}

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function reportOf({ latenciesMs, failures, seconds, stopped }: Load, concurrency: number): LoadReport {
  const succeeded = latenciesMs.length;
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  return {
    requests: succeeded + failed,
    succeeded,
    failures,
    concurrency,
    seconds,
    requestsPerSecond: seconds > 0 ? succeeded / seconds : 0,
    latencyMs: succeeded === 0 ? null : latencyOf(latenciesMs.toSorted()),
    stopped,
  };
}

/** Nearest-rank percentiles: each is a latency that was seen. */
function latencyOf(sorted: Float64Array): Latency {
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** The report as tables. */
export function loadTables(report: LoadReport): string {
  const failures = table(report.failures, FAILURE_COLUMNS, '');
  const stopped = report.stopped ? 'Stopped before all requests were made.' : '';
  return [table([report], COLUMNS, ''), failures, stopped].filter((part) => part !== '').join('\n\n');
}

const COLUMNS = {
  requests: ({ requests }: LoadReport) => String(requests),
  failed: ({ requests, succeeded }: LoadReport) => String(requests - succeeded),
  'requests/s': ({ requestsPerSecond }: LoadReport) => requestsPerSecond.toFixed(1),
  'p50 ms': latencyColumn('p50'),
  'p90 ms': latencyColumn('p90'),
  'p99 ms': latencyColumn('p99'),
  'max ms': latencyColumn('max'),
};

const FAILURE_COLUMNS = {
  error: ({ code }: FailureKind) => code,
  count: ({ count }: FailureKind) => String(count),
  first: ({ message }: FailureKind) => message,
};

function latencyColumn(name: keyof Latency): (report: LoadReport) => string {
  return ({ latencyMs }) => latencyMs?.[name].toFixed(2) ?? '-';
}
