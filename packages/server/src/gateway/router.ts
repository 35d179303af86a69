import type { ServiceLoad, ServiceRoute } from '@slipway/contract';

/** The routing table that the gateway follows. */
export interface Router {
  /** The route of a service as it was published last, also by an earlier control plane. */
  route(service: string): ServiceRoute | undefined;
  /** Returns when the gateway follows the route; at once if it does already. */
  publish(route: ServiceRoute): Promise<void>;
  /** The service is known no more. */
  withdraw(service: string): Promise<void>;
  /** What the gateway has to do now; `null` if it cannot be asked. */
  traffic(): Promise<Traffic | null>;
}

/** What goes through the gateway. */
export interface Traffic {
  /** Loads are sums of this process. */
  readonly gatewayPid: number;
  /** Requests with each replica. */
  readonly inFlight: Readonly<Record<string, number>>;
  /** Of each service that is scaled by its load. */
  readonly loads: Readonly<Record<string, ServiceLoad>>;
}
