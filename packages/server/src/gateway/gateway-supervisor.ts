import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  DEFAULT_DRAIN_GRACE_SECONDS,
  type GatewayConfig,
  type GatewayState,
  SlipwayError,
} from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import type { Logger } from 'pino';
import type { HomePaths } from '../home/home-paths.ts';
import { readJsonOfKind } from '../home/json-of-kind.ts';
import { askAdmin } from '../processes/admin-client.ts';
import { type OwnedProcess, sendSignal, stopProcess, vitalsOf } from '../processes/owned-process.ts';
import { argumentAfter } from '../processes/parse-processes.ts';
import { listProcesses } from '../processes/process-table.ts';
import { startDetached } from '../processes/start-detached.ts';
import { publicUrl } from '../public-url.ts';
import { restartDelay } from '../reconcile/plan/restarts.ts';
import type { GatewayControl } from './file-router.ts';
import { checkFreeToListen } from './free-to-listen.ts';

/** A gateway listens within a second; a loaded machine may take longer. */
const START_TIMEOUT_MS = 15_000;
const START_POLL_MS = 20;

/** It answers its admin listener in a millisecond; one that takes this long has another trouble. */
const ASK_TIMEOUT_MS = 2_000;

/** How often it is looked at, beside being told of its end. */
const WATCH_MS = 500;

/** Looks without an answer in a row after which it is replaced: no request gets through it any more. */
const SILENT_LOOKS = 20;

/** Largest body that the gateway lets through to any service; each service has its own limit below it. */
const MOST_BODY_BYTES = Number.MAX_SAFE_INTEGER;

export interface GatewayOptions {
  readonly home: HomePaths;
  /** The file that the gateway process runs. */
  readonly gatewayMain: string;
  readonly listen: GatewayConfig['listen'];
  readonly tls: GatewayConfig['tls'];
  /** The name that callers know this machine by; `undefined`: the address it listens at. */
  readonly publicHost: string | undefined;
  readonly log: Logger;
}

/** Keeps the gateway running. */
export interface GatewaySupervisor extends GatewayControl {
  /** Adopts the gateway that runs, or starts one. Throws `conflict` if its port is taken. */
  start(): Promise<void>;
  /** Where services are called. */
  url(): string;
  /** Ends the supervision, and with `stop` the gateway, which first answers what it has, unless `inHaste` fires. */
  end(gateway: 'keep' | 'stop', inHaste?: AbortSignal): Promise<void>;
}

interface RunningGateway {
  readonly config: GatewayConfig;
  readonly process: OwnedProcess;
  readonly port: number;
}

/** Builds the supervisor of the one gateway of a home. */
export function createGatewaySupervisor(options: GatewayOptions): GatewaySupervisor {
  const { home, log } = options;
  let running: RunningGateway | undefined;
  let ending = false;
  let alarm = new AbortController();
  let watching: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    running = (await adopt(options)) ?? (await launch(options, options.listen.port, wake));
    log.info({ gatewayPid: running.process.pid, port: running.port }, 'the gateway is ready');
    watching = watch();
  }

  function wake(): void {
    alarm.abort();
  }

  async function watch(): Promise<void> {
    let silent = 0;
    let crashes = 0;
    while (!ending) {
      alarm = new AbortController();
      await sleep(WATCH_MS, undefined, { signal: alarm.signal }).catch(() => undefined);
      if (ending || running === undefined) return;
      silent = (await answers()) ? 0 : silent + 1;
      if (silent >= SILENT_LOOKS) await sendSignal(running.process, 'SIGKILL');
      if ((await vitalsOf(running.process)) !== undefined) continue;
      crashes = silent === 0 ? 1 : crashes + 1;
      silent = 0;
      await relaunch(running.port, crashes);
    }
  }

  async function answers(): Promise<boolean> {
    return await ask('status').then(
      (state) => state !== undefined,
      () => false,
    );
  }

  /** Until it runs again: without the gateway nobody can call anything. */
  async function relaunch(port: number, crashes: number): Promise<void> {
    for (let streak = crashes; !ending; streak += 1) {
      log.error({ streak }, 'the gateway has ended and is started again');
      await sleep(restartDelay(streak), undefined, { signal: alarm.signal }).catch(() => undefined);
      try {
        running = await launch(options, port, wake);
        return;
      } catch (err) {
        log.error({ err }, 'the gateway cannot be started');
      }
    }
  }

  async function ask(request: 'status' | 'reload'): Promise<GatewayState | undefined> {
    const current = running;
    if (current === undefined || (await vitalsOf(current.process)) === undefined) return undefined;
    const state = await readJsonOfKind<GatewayState>(home.gatewayState, 'GatewayState');
    const address = { what: 'the gateway', port: state?.adminPort ?? 0, token: current.config.adminToken };
    return await askAdmin<GatewayState>(address, request, ASK_TIMEOUT_MS);
  }

  return {
    start,
    ask,
    url: () => {
      const { listen, tls, publicHost } = options;
      return publicUrl({ ...listen, port: running?.port ?? listen.port, secure: tls !== null, publicHost });
    },
    end: async (gateway, inHaste) => {
      ending = true;
      wake();
      await watching;
      if (gateway === 'stop' && running !== undefined) {
        await stopProcess(running.process, running.config.drainGraceSeconds * 1000, inHaste);
        await rm(home.gatewayState, { force: true });
      }
    },
  };
}

/** The gateway that an earlier control plane started, if it listens where it should; another one is ended. */
async function adopt(options: GatewayOptions): Promise<RunningGateway | undefined> {
  const { home, listen, tls } = options;
  const process = await findGateway(home);
  if (process === undefined) return undefined;
  const config = await readJsonOfKind<GatewayConfig>(home.gatewayConfig, 'GatewayConfig');
  const state = await readJsonOfKind<GatewayState>(home.gatewayState, 'GatewayState');
  const same =
    config?.listen.host === listen.host &&
    isDeepStrictEqual(config.tls, tls) &&
    (listen.port === 0 || listen.port === state?.port);
  if (same && state?.phase === 'ready' && state.pid === process.pid && state.port !== null) {
    return { config, process, port: state.port };
  }
  await stopProcess(process, DEFAULT_DRAIN_GRACE_SECONDS * 1000);
  return undefined;
}

async function findGateway(home: HomePaths): Promise<OwnedProcess | undefined> {
  const found = (await listProcesses()).find(
    ({ command }) => argumentAfter(command, '--config', home.gatewayConfig) !== undefined,
  );
  return found && { pid: found.pid, startTime: found.startTime };
}

/**
 * A young generation of 4 MB a half, not 16: what the gateway allocates is dead when a call is answered. It then holds
 * 150 MB under calls of gRPC instead of 214, for no more CPU time (docs/performance.md).
 */
const NODE_OPTIONS = ['--max-semi-space-size=4'] as const;

async function launch(options: GatewayOptions, port: number, ended: () => void): Promise<RunningGateway> {
  const { home, gatewayMain, tls, listen } = options;
  if (port !== 0) await checkFreeToListen(listen.host, port, '--gateway-port');
  const config: GatewayConfig = {
    kind: 'GatewayConfig',
    listen: { host: listen.host, port },
    tls,
    adminToken: randomBytes(24).toString('base64url'),
    routesFile: home.gatewayRoutes,
    stateFile: home.gatewayState,
    maxBodyBytes: MOST_BODY_BYTES,
    drainGraceSeconds: DEFAULT_DRAIN_GRACE_SECONDS,
  };
  await writeJsonFile(home.gatewayConfig, config);
  await rm(home.gatewayState, { force: true });
  const process = await startDetached({
    main: gatewayMain,
    nodeOptions: NODE_OPTIONS,
    args: ['--config', home.gatewayConfig],
    cwd: home.gateway,
    logFile: home.gatewayLog,
    ended,
  });
  return { config, process, port: await readyPort(home, process) };
}

async function readyPort(home: HomePaths, process: OwnedProcess): Promise<number> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const alive = (await vitalsOf(process)) !== undefined;
    const state = await readJsonOfKind<GatewayState>(home.gatewayState, 'GatewayState');
    if (state?.phase === 'ready' && state.port !== null) return state.port;
    if (state?.phase === 'failed' || !alive) throw startFailure(home, state);
    await sleep(START_POLL_MS);
  }
  await sendSignal(process, 'SIGKILL');
  throw startFailure(home, undefined);
}

function startFailure(home: HomePaths, state: GatewayState | undefined): SlipwayError {
  const reason = state?.error?.message ?? `it did not say why; see ${home.gatewayLog}`;
  return new SlipwayError('unavailable', `The gateway does not start: ${reason}`);
}
