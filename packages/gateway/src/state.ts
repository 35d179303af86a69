import type { GatewayState } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import type { RouteTable } from './routes/route-table.ts';

/** What changes in the state besides the routes. */
export type GatewayPhase = Pick<GatewayState, 'phase' | 'port' | 'adminPort' | 'error'>;

/** What the gateway says of itself, and the file where it says it. */
export interface StateReport {
  current(): GatewayState;
  /** Takes note of a change, and writes the file. */
  enter(change: Partial<GatewayPhase>): Promise<void>;
}

export function createStateReport(stateFile: string, table: RouteTable): StateReport {
  let now: GatewayPhase = { phase: 'starting', port: null, adminPort: null, error: null };

  function current(): GatewayState {
    return {
      kind: 'GatewayState',
      pid: process.pid,
      ...now,
      routesGeneration: table.generation(),
      inFlight: inFlightById(table),
      loads: table.loads(),
    };
  }

  return {
    current,
    enter: async (change) => {
      now = { ...now, ...change };
      await writeJsonFile(stateFile, current());
    },
  };
}

/** A replica that changed its address is here once, with the requests at both. */
function inFlightById(table: RouteTable): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { id, inFlight } of table.replicas()) counts[id] = (counts[id] ?? 0) + inFlight;
  return counts;
}
