import { isDeepStrictEqual } from 'node:util';
import type { GatewayRoutes, GatewayState, ServiceRoute } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import { readJsonOfKind } from '../home/json-of-kind.ts';
import type { Router } from './router.ts';

/** The running gateway, as far as the router needs it. */
export interface GatewayControl {
  /** `undefined` when none runs; it reads the routes when it starts. Throws `unavailable` if it does not answer. */
  ask(request: 'status' | 'reload'): Promise<GatewayState | undefined>;
}

/**
 * A router over `routes.json`, which the gateway reads when it is told to. The generation goes on from the file's,
 * so that it never counts down for a gateway that lives longer than its control plane.
 */
export async function openFileRouter(routesFile: string, gateway: GatewayControl): Promise<Router> {
  const before = await readJsonOfKind<GatewayRoutes>(routesFile, 'GatewayRoutes');
  const routes = new Map(before?.services.map((route) => [route.name, route]));
  let generation = before?.generation ?? 0;
  // True while nobody can say whether the gateway follows the table.
  let unsaved = before === undefined;
  let writing: Promise<void> = Promise.resolve();
  if (unsaved) await save();

  /** One after the other; what changes while one is written goes with the next. */
  function save(): Promise<void> {
    writing = writing.catch(() => undefined).then(write);
    return writing;
  }

  async function write(): Promise<void> {
    generation += 1;
    unsaved = true;
    const table: GatewayRoutes = { kind: 'GatewayRoutes', generation, services: [...routes.values()] };
    await writeJsonFile(routesFile, table);
    await gateway.ask('reload');
    unsaved = false;
  }

  return {
    route: (service) => routes.get(service),
    publish: async (route: ServiceRoute) => {
      if (!unsaved && isDeepStrictEqual(routes.get(route.name), route)) return;
      routes.set(route.name, route);
      await save();
    },
    withdraw: async (service) => {
      if (routes.delete(service) || unsaved) await save();
    },
    traffic: async () => {
      try {
        const state = await gateway.ask('status');
        return { gatewayPid: state?.pid ?? 0, inFlight: state?.inFlight ?? {}, loads: state?.loads ?? {} };
      } catch {
        return null;
      }
    },
  };
}
