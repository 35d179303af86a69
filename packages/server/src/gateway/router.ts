import type { ServiceRoute } from '@slipway/contract';

/** The routing table that the gateway follows. */
export interface Router {
  /** The route of a service as it was published last, also by an earlier control plane. */
  route(service: string): ServiceRoute | undefined;
  /** Returns when the gateway follows the route; at once if it does already. */
  publish(route: ServiceRoute): Promise<void>;
  /** The service is known no more. */
  withdraw(service: string): Promise<void>;
  /** Requests that the gateway has with each replica; `null` if it cannot be asked. */
  inFlight(): Promise<Readonly<Record<string, number>> | null>;
}
