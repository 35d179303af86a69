import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig, GatewayState, ReplicaRoute, ServiceRoute } from '@slipway/contract';
import {
  onTestEnd,
  type StartedProcess,
  startProcess,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';

const ADMIN_TOKEN = 'a-token-for-the-tests';

/** A gateway in a process of its own. */
export interface StartedGateway {
  readonly port: number;
  readonly url: string;
  readonly process: StartedProcess;
  readonly config: GatewayConfig;
  /** Writes the services as the next generation and puts them in force. */
  route(...services: readonly ServiceRoute[]): Promise<GatewayState>;
  status(): Promise<GatewayState>;
  admin(method: string, path: string): Promise<Response>;
  metrics(): Promise<string>;
}

/** Writes a set-up in a folder that goes with the test. */
export async function writeConfig(
  t: TestScope,
  changes: Partial<GatewayConfig> = {},
): Promise<GatewayConfig> {
  const folder = await temporaryFolder(t);
  const config: GatewayConfig = {
    kind: 'GatewayConfig',
    listen: { host: '127.0.0.1', port: 0 },
    tls: null,
    adminToken: ADMIN_TOKEN,
    routesFile: join(folder, 'routes.json'),
    stateFile: join(folder, 'state.json'),
    maxBodyBytes: 100_000_000,
    drainGraceSeconds: 10,
    ...changes,
  };
  await writeFile(configFileOf(config), JSON.stringify(config));
  return config;
}

function configFileOf(config: GatewayConfig): string {
  return `${config.stateFile}.config`;
}

/** Starts the process on a set-up that was written. */
export function startGatewayProcess(t: TestScope, config: GatewayConfig): Promise<StartedProcess> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  return startProcess(t, process.execPath, [main, '--config', configFileOf(config)]);
}

export async function readState(config: GatewayConfig): Promise<GatewayState> {
  return JSON.parse(await readFile(config.stateFile, 'utf8'));
}

export async function startGateway(
  t: TestScope,
  changes: Partial<GatewayConfig> = {},
): Promise<StartedGateway> {
  const config = await writeConfig(t, changes);
  const started = await startGatewayProcess(t, config);
  const { port, adminPort } = await waitFor(
    async () => {
      const state = await readState(config);
      return state.phase === 'ready' && state;
    },
    { what: 'the gateway to be ready' },
  );
  let generation = 0;

  function admin(method: string, path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${config.adminToken}` };
    return fetch(`http://127.0.0.1:${adminPort}${path}`, { method, headers });
  }

  return {
    port: Number(port),
    url: `http://127.0.0.1:${port}`,
    process: started,
    config,
    route: async (...services) => {
      generation += 1;
      await writeFile(config.routesFile, JSON.stringify({ kind: 'GatewayRoutes', generation, services }));
      return (await admin('POST', '/reload')).json() as Promise<GatewayState>;
    },
    status: async () => (await admin('GET', '/status')).json() as Promise<GatewayState>,
    admin,
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  };
}

/** A replica in this process that answers as the test likes. */
export async function startReplica(
  t: TestScope,
  replicaId: string,
  answer: RequestListener,
): Promise<ReplicaRoute> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(t, async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return { replicaId, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** The route of a service called `digits`. */
export function digits(replicas: readonly ReplicaRoute[], changes: Partial<ServiceRoute> = {}): ServiceRoute {
  return {
    name: 'digits',
    models: ['mnist'],
    scoringTimeoutMs: 10_000,
    maxBodyBytes: 100_000_000,
    replicas,
    ...changes,
  };
}
