import type { OperationQueue } from '../../operations/operation-queue.ts';
import type { Fleet } from '../../reconcile/fleet.ts';
import type { Vault } from '../../secrets/vault.ts';

/** What the rules of services need beside the transaction. */
export interface ServiceDeps {
  readonly operations: Pick<OperationQueue, 'enqueue'>;
  readonly fleet: Pick<Fleet, 'capacity'>;
  readonly vault: Vault;
  /** URL of the collector of traces that the server was given. */
  readonly traceCollector: string | null;
}

/** A service in its workspace, and what a change of it expects. */
export interface ServiceTarget {
  readonly workspace: string;
  readonly name: string;
  readonly expect?: { readonly etag: string } | undefined;
}
