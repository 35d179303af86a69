import type { ServiceRoute } from '@slipway/contract';
import type { Router } from './router.ts';

/** A router without a gateway; nobody sends requests through it. `history` tells what was published, in order. */
export function createMemoryRouter(): Router & { readonly history: readonly ServiceRoute[] } {
  const routes = new Map<string, ServiceRoute>();
  const history: ServiceRoute[] = [];
  return {
    history,
    route: (service) => routes.get(service),
    publish: async (route) => {
      history.push(route);
      routes.set(route.name, route);
    },
    withdraw: async (service) => {
      routes.delete(service);
    },
    traffic: async () => ({ gatewayPid: 0, inFlight: {}, loads: {} }),
  };
}
