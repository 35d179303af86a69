import { median } from '@slipway/testkit';
import type { Measurement } from '../measure.ts';

/** What a target takes more than a bare run with as many callers: medians over rounds of what both took in one round. */
export interface OverBare {
  readonly target: string;
  readonly connections: number;
  /** p50(target) - p50(bare run), in microseconds. */
  readonly added: number;
  /** p50(target) / p50(bare run). */
  readonly ratio: number;
}

/** For each measurement but those of the bare run itself. */
export function overBare(measurements: readonly Measurement[]): readonly OverBare[] {
  const isBare = ({ target }: Measurement) => target === 'bare run';
  return measurements
    .filter((one) => !isBare(one))
    .map(({ target, connections, rounds }) => {
      const bare = measurements.find((one) => isBare(one) && one.connections === connections);
      const pairs = rounds.map(({ p50 }, index) => [p50, bare?.rounds[index]?.p50 ?? Number.NaN] as const);
      const added = median(pairs.map(([whole, run]) => whole - run));
      return { target, connections, added, ratio: median(pairs.map(([whole, run]) => whole / run)) };
    });
}
