import type { Measurement } from '../measure.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Overhead } from './overhead.ts';

/** Requests per second that one replica must answer at 16 connections, by workload. */
const LEAST_REQUESTS_PER_SECOND: Readonly<Record<string, number>> = { 'digits, inline lane': 9_000 };

/** A promise about speed, and whether this run kept it. */
export interface Limit {
  readonly what: string;
  readonly kept: boolean;
}

/** What a workload must hold. Request errors break the first limit, whatever the speed. */
export function limits(
  workload: Workload,
  measurements: readonly Measurement[],
  added: Overhead,
): readonly Limit[] {
  const errors = measurements.reduce((sum, one) => sum + one.errors, 0);
  const found: Limit[] = [
    { what: `${errors} failed requests`, kept: errors === 0 },
    {
      what: `the gateway adds ${added.gateway.toFixed(0)} µs (limit: what the replica adds)`,
      kept: added.gateway <= added.replica,
    },
  ];
  const most = workload.maxAddedMicroseconds;
  const limit = Number.isFinite(most) ? `limit ${most}` : 'no limit: a large body';
  found.push({
    what: `the replica adds ${added.replicaOwn.toFixed(0)} µs by its own clock (${limit}), ${added.replica.toFixed(0)} µs seen from outside`,
    kept: added.replicaOwn <= most,
  });
  const least = LEAST_REQUESTS_PER_SECOND[workload.name];
  const at16 = measurements.find((one) => one.target === 'replica' && one.connections === 16);
  if (least !== undefined && at16 !== undefined) {
    const rate = at16.requestsPerSecond;
    found.push({
      what: `${rate.toFixed(0)} requests/s at 16 connections (limit ${least})`,
      kept: rate >= least,
    });
  }
  return found;
}
