import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerInfo } from '@slipway/contract';
import { Workspace } from '@slipway/sdk';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  type StartedProcess,
  startProcess,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';

/** A start takes a second; with every core taken by others, much more. */
const START_TIMEOUT_MS = 60_000;

const SERVER_MAIN = fileURLToPath(import.meta.resolve('@slipway/server/main'));

/** Slipway on a home and ports of its own, as `slipway up` starts it. */
export interface Installation {
  readonly home: string;
  /** What the control planes have written to their terminals until now. */
  output(): string;
  /** The default workspace; it finds the server again after a restart. */
  workspace(): Promise<Workspace>;
  /** Kills the control plane alone, as a crash would. */
  killServer(): Promise<void>;
  /** Starts it again on the same home and ports. */
  startServer(env?: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Starts it in a folder of its own, and when the test ends stops everything and checks that no process of it is left.
 */
export async function startInstallation(
  scope: TestScope,
  folder?: string,
  firstEnv?: Readonly<Record<string, string>>,
): Promise<Installation> {
  const home = join(folder ?? (await temporaryFolder(scope)), 'home');
  const servers: StartedProcess[] = [];
  let ports = { api: '0', gateway: '0' };

  onTestEnd(scope, async () => {
    try {
      await assertNothingLeft(home);
    } finally {
      await killProcessesMentioning(home);
    }
  });

  await startServer(firstEnv);
  return { home, output, workspace, killServer, startServer };

  async function startServer(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const args = [SERVER_MAIN, '--home', home, '--port', ports.api, '--gateway-port', ports.gateway];
    const started = await startProcess(scope, process.execPath, args, { env });
    // A person's Ctrl-C stops everything; registered after the process, so that it comes before its kill.
    onTestEnd(scope, () => started.stop('SIGINT').then(() => undefined));
    servers.push(started);
    const info = await listening(home, started);
    ports = { api: new URL(info.url).port, gateway: new URL(info.gatewayUrl).port };
  }

  async function killServer(): Promise<void> {
    await servers.at(-1)?.stop('SIGKILL');
  }

  function output(): string {
    return servers.map(({ stdout, stderr }) => stdout() + stderr()).join('');
  }

  async function workspace(): Promise<Workspace> {
    return await Workspace.local({ home });
  }
}

/** Where the server listens. Throws with what it wrote if it ends instead, or takes longer than any start should. */
async function listening(home: string, server: StartedProcess): Promise<ServerInfo> {
  const ended = server.exit.then(() => undefined);
  const answering = waitFor(() => answeringServer(home, server.pid), {
    what: 'the control plane to listen',
    timeoutMs: START_TIMEOUT_MS,
  });
  const info = await Promise.race([answering.catch(() => undefined), ended]);
  if (info !== undefined) return info;
  throw new Error(`The control plane does not listen. It wrote:\n${server.stdout()}${server.stderr()}`);
}

async function answeringServer(home: string, pid: number): Promise<ServerInfo | undefined> {
  const info = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as ServerInfo;
  if (info.pid !== pid) return undefined;
  const health = await fetch(`${info.url}/api/v1/health`, { signal: AbortSignal.timeout(1_000) });
  return health.ok ? info : undefined;
}
