import type { RoutedService } from './route-table.ts';

/** Where a request goes: to a service's replicas, to a page of the gateway's own, or nowhere, and why. */
export type Destination =
  | { readonly kind: 'service'; readonly service: RoutedService; readonly path: string }
  | { readonly kind: 'own'; readonly page: OwnPage }
  | Nowhere;

/** What the gateway answers itself; the last three speak for all services where there is not just one. */
export type OwnPage = 'health' | 'metrics' | 'live' | 'ready' | 'metadata';

/** An address that leads nowhere, and what is said of it. */
export interface Nowhere {
  readonly kind: 'nowhere';
  readonly status: number;
  readonly message: string;
  /** The path at a replica of the service, where the address names one; absent: the address itself. */
  readonly path?: string | undefined;
}
