import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig, GatewayRoutes } from '@slipway/contract';
import { startProcess, type TestScope } from '@slipway/testkit';
import type { Address } from '../load/http-connection.ts';
import { ADMIN_TOKEN, HOST, LIMITS, readyPort, SERVICE, writeJson } from './service-files.ts';

const GATEWAY_MAIN = fileURLToPath(import.meta.resolve('@slipway/gateway/main'));

/** As the server starts it. */
const NODE_OPTIONS = ['--max-semi-space-size=4'] as const;

export interface StartedGateway {
  readonly address: Address;
  readonly pid: number;
}

/** A gateway process with one service of one replica behind it. */
export async function startGateway(
  scope: TestScope,
  folder: string,
  replica: Address,
): Promise<StartedGateway> {
  const { scoringTimeoutMs, maxBodyBytes, drainGraceSeconds } = LIMITS;
  const routes: GatewayRoutes = {
    kind: 'GatewayRoutes',
    generation: 1,
    services: [
      {
        name: SERVICE,
        models: [SERVICE],
        scoringTimeoutMs,
        maxBodyBytes,
        replicas: [{ replicaId: 'bench-1', ...replica }],
      },
    ],
  };
  const config: GatewayConfig = {
    kind: 'GatewayConfig',
    listen: { host: HOST, port: 0 },
    tls: null,
    adminToken: ADMIN_TOKEN,
    routesFile: await writeJson(join(folder, 'routes.json'), routes),
    stateFile: join(folder, 'gateway-state.json'),
    maxBodyBytes,
    drainGraceSeconds,
  };
  const configFile = await writeJson(join(folder, 'config.json'), config);
  const started = await startProcess(scope, process.execPath, [
    ...NODE_OPTIONS,
    GATEWAY_MAIN,
    '--config',
    configFile,
  ]);
  const address = { host: HOST, port: await readyPort(started, config.stateFile) };
  return { address, pid: started.pid };
}
