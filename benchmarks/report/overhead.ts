import { median } from '@slipway/testkit';
import type { Measurement } from '../measure.ts';
import type { TargetName } from '../targets/target.ts';

/** What the servers add to a bare run, in microseconds, at one connection and batch 1. */
export interface Overhead {
  /** By the replica's own clock: from head to answer, less receiving the body, waiting and running. */
  readonly replicaOwn: number;
  /** Seen from outside. */
  readonly replica: number;
  readonly gateway: number;
}

/**
 * A latency at one connection holds more than the server: sockets, the system waking idle cores, the load
 * generator. All of that is in the latency of the empty server too, which takes the same bytes and answers with
 * as many. So a replica's own added time is
 *
 *     p50(replica) - p50(empty server) - p50(bare run)
 *
 * and holds all of the server's work: reading HTTP, checking the key, scanning JSON, queue, lane, writing the
 * answer. A gateway's is p50(gateway) - p50(replica) - p50(empty server): one exchange more, without the sockets
 * of it. From outside a replica also pays for a run that finds its weights out of the caches, and for the system's
 * work on a socket; what it adds by its own clock holds neither. Each is computed within a round, where all three ran within seconds, and the median over rounds counts.
 */
export function overhead(measurements: readonly Measurement[]): Overhead {
  const roundsOf = (target: TargetName) =>
    measurements.find((one) => one.target === target && one.connections === 1)?.rounds ?? [];
  const p50s = (target: TargetName) => roundsOf(target).map(({ p50 }) => p50);
  const [bare, empty, replica, gateway] = [
    p50s('bare run'),
    p50s('empty server'),
    p50s('replica'),
    p50s('gateway'),
  ];
  const over = (whole: number[], ...parts: number[][]) =>
    median(
      whole.map((value, round) => parts.reduce((rest, part) => rest - (part[round] ?? Number.NaN), value)),
    );
  return {
    replicaOwn: median(roundsOf('replica').map(({ own }) => own)),
    replica: over(replica, empty, bare),
    gateway: over(gateway, replica, empty),
  };
}
