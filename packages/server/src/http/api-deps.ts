import type { ContentStore } from '@slipway/oci';
import type { Logger } from 'pino';
import type { LocalEnvironments } from '../environments/create-environments.ts';
import type { CollectedData } from '../fleet/collected-data.ts';
import type { OperationQueue } from '../operations/operation-queue.ts';
import type { Fleet } from '../reconcile/fleet.ts';
import type { TokenIssuer } from '../secrets/token-issuer.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Store } from '../store/store.ts';
import type { DeviceInventory } from '../targets/devices/device-inventory.ts';

/** What becomes of gateway and replicas when the server ends. */
export type ShutdownChoice = 'keep' | 'stop';

/** What the routes call. */
export interface ApiDeps {
  readonly store: Store;
  readonly contentStore: ContentStore;
  readonly operations: OperationQueue;
  readonly fleet: Fleet;
  readonly collected: CollectedData;
  readonly inventory: DeviceInventory;
  readonly environments: Pick<LocalEnvironments, 'check' | 'lockOf'>;
  readonly vault: Vault;
  readonly tokens: Pick<TokenIssuer, 'issue'>;
  readonly logger: Logger;
  readonly version: string;
  /** The bearer token of every request. */
  readonly apiToken: string;
  /** Where services are called, without a slash at the end. */
  gatewayUrl(): string;
  /** URL of the collector of traces that the server was given. */
  readonly traceCollector: string | null;
  /** Called after the devices of the target have changed: what waits may have room now. */
  capacityChanged(): void;
  /** Called after a model was registered: services may have a policy that asks for it. */
  modelRegistered(): void;
  /** Called after a model was deleted: blobs may be unused now. */
  modelDeleted(): void;
  /** Called after an environment was deleted: what was built for it may be unused now. */
  environmentDeleted(): void;
  /** Called when the answer to a shutdown request has been sent. */
  shutdown(choice: { readonly services: ShutdownChoice }): void;
}
