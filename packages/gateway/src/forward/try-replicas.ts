import type { Replica } from '../routes/replica.ts';
import type { RoutedService, RouteTable } from '../routes/route-table.ts';
import { mayRetry, type ReplicaFailure } from './retry-policy.ts';

/** A replica that could not be reached is left out for so long, if there are others. */
const SUSPECT_MS = 1_000;

/** What forwarding needs of the rest of the gateway. */
export interface ForwardDeps {
  readonly table: Pick<RouteTable, 'release' | 'awaitReplica'>;
  /** Told of every attempt that failed. */
  readonly failed: (service: string, replica: Replica, failure: ReplicaFailure) => void;
  /** Told when another attempt follows one that failed. */
  readonly retried: (service: string, failure: ReplicaFailure) => void;
}

/** How to try one replica, and whether that can be done once more. */
export interface Trial<Outcome> {
  readonly attempt: (replica: Replica) => Promise<Outcome>;
  readonly isReplayable: () => boolean;
}

/** Tries the least busy replica, and others where that is safe, until one has answered: every outcome, in order. */
export async function tryReplicas<Outcome extends { readonly kind: 'answered' } | ReplicaFailure>(
  deps: ForwardDeps,
  service: RoutedService,
  { attempt, isReplayable }: Trial<Outcome>,
): Promise<readonly Outcome[]> {
  const began = performance.now();
  const tried: Replica[] = [];
  const outcomes: Outcome[] = [];
  let last: ReplicaFailure | undefined;
  for (;;) {
    const replica = service.acquire(tried);
    if (replica === undefined) return outcomes;
    if (last !== undefined) deps.retried(service.name, last);
    const outcome = await attempt(replica);
    deps.table.release(replica);
    outcomes.push(outcome);
    if (outcome.kind === 'answered') {
      replica.suspectUntil = 0;
      return outcomes;
    }
    last = outcome;
    if (outcome.kind === 'unreachable') replica.suspectUntil = performance.now() + SUSPECT_MS;
    deps.failed(service.name, replica, outcome);
    tried.push(replica);
    const facts = {
      replayable: isReplayable(),
      elapsedMs: performance.now() - began,
      scoringTimeoutMs: service.scoringTimeoutMs,
    };
    if (!mayRetry(outcome, facts)) return outcomes;
  }
}
