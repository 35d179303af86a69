import { type GatewayConfig, toSlipwayError } from '@slipway/contract';
import { createListener } from '@slipway/transport';
import { type Logger, pino } from 'pino';
import { openAdmin } from './admin.ts';
import { configFileOf, readConfig } from './config.ts';
import type { ReplicaFailure } from './forward/retry-policy.ts';
import type { ForwardDeps } from './forward/try-replicas.ts';
import { createCallHandler } from './grpc/handle-call.ts';
import { createRequestHandler } from './handle-request.ts';
import { createMetrics } from './metrics.ts';
import type { Replica } from './routes/replica.ts';
import { createRouteTable } from './routes/route-table.ts';
import { readRoutes } from './routes/routes-file.ts';
import { createStateReport } from './state.ts';

/** Shorter than a replica's, which would else give a call up first that its caller does not read, and look as if it failed. */
const UNREAD_TIMEOUT_MS = 60_000;

const log = pino({ name: 'gateway' });

try {
  await run(await readConfig(configFileOf(process.argv.slice(2))), log);
} catch (error) {
  const { code, message } = toSlipwayError(error);
  log.fatal({ code, err: error }, message);
  process.exitCode = 1;
}

/** Builds and starts the parts, waits for SIGTERM or SIGINT, and stops them in reverse. */
async function run(config: GatewayConfig, log: Logger): Promise<void> {
  const table = createRouteTable();
  const state = createStateReport(config.stateFile, table);
  const metrics = createMetrics({
    replicas: table.replicas,
    loads: table.loads,
    inFlight: () => requests.inFlight() + calls.inFlight(),
  });
  const proto = config.tls === null ? 'http' : 'https';
  const forward: ForwardDeps = {
    table,
    failed: noteFailure,
    retried: (service, { kind }) => metrics.retried(service, kind),
  };
  const requests = createRequestHandler({
    table,
    forward,
    metrics,
    proto,
    maxBodyBytes: config.maxBodyBytes,
  });
  const calls = createCallHandler({ table, forward, metrics, proto, onError });
  await using stack = new AsyncDisposableStack();
  stack.defer(table.close);
  try {
    await reload();
    const listener = await createListener({
      ...config.listen,
      tls: config.tls,
      limits: { unreadTimeoutMs: UNREAD_TIMEOUT_MS },
      handler: requests.handle,
      onCall: calls.handle,
      onError,
    });
    stack.defer(listener.close);
    const admin = await openAdmin({ token: config.adminToken, state: state.current, reload, onError });
    stack.defer(admin.close);
    await state.enter({ phase: 'ready', port: listener.port, adminPort: admin.port });
    log.info({ port: listener.port, adminPort: admin.port }, 'The gateway is ready');

    await stopSignal();
    await state.enter({ phase: 'draining' });
    const clean = await listener.drain(config.drainGraceSeconds * 1_000);
    log.info({ clean }, 'The gateway has stopped');
  } catch (error) {
    const { code, message } = toSlipwayError(error);
    await state.enter({ phase: 'failed', port: null, adminPort: null, error: { code, message } });
    throw error;
  }

  async function reload(): Promise<void> {
    table.replace(await readRoutes(config.routesFile));
    log.info({ generation: table.generation() }, 'The routes are in force');
  }

  function noteFailure(service: string, replica: Replica, failure: ReplicaFailure): void {
    const facts = { service, replica: replica.id, failure: failure.kind, error: failure.error?.message };
    // A full replica and a caller that left are daily life, and many at once.
    const level = failure.kind === 'refused' || failure.kind === 'abandoned' ? 'debug' : 'warn';
    log[level](facts, 'A replica gave no answer');
  }

  function onError(error: Error): void {
    log.error({ err: error }, error.message);
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
