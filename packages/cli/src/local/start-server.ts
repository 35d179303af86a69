import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorFromBody, HOME_FILES, type ServerInfo, SlipwayError } from '@slipway/contract';
import { answeringVersion } from './control-plane.ts';
import { readServerInfo } from './home.ts';

/** A server opens its store and adopts what runs in well under a second; a loaded machine may take longer. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** What a server is started with, besides its home. */
export type ServerArgs = readonly string[];

/** Starts a server that outlives this process, and waits until it answers. Throws with its own reason if it ends. */
export async function startDetachedServer(home: string, args: ServerArgs): Promise<ServerInfo> {
  const log = openLog(home);
  try {
    const before = (await stat(log.path)).size;
    const child = spawnServer(home, args, ['ignore', log.descriptor, log.descriptor]);
    child.unref();
    return await answering(home, child, async () => (await readFile(log.path)).subarray(before).toString());
  } finally {
    closeSync(log.descriptor);
  }
}

/** Starts a server whose log is handed to `line`, in a session of its own so that Ctrl-C is ours to handle. */
export function startAttachedServer(home: string, args: ServerArgs): ChildProcess {
  return spawnServer(home, args, ['ignore', 'pipe', 'pipe']);
}

/** The server that `child` became, once it answers; `log` tells what it wrote, should it end instead. */
export async function answering(
  home: string,
  child: ChildProcess,
  log: () => Promise<string>,
): Promise<ServerInfo> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw startFailure(await log());
    const info = readServerInfo(home);
    if (info !== undefined && info.pid === child.pid && (await answeringVersion(info.url)) !== undefined) {
      return info;
    }
    await sleep(POLL_MS);
  }
  child.kill('SIGINT');
  throw new SlipwayError(
    'deadline_exceeded',
    `The server did not answer within ${START_TIMEOUT_MS / 1000} s; its log is ${join(home, HOME_FILES.serverLog)}.`,
  );
}

/** The reason that a server which ended gave in its log. */
export function startFailure(log: string): SlipwayError {
  const lines = log.trim().split('\n');
  for (const line of lines.toReversed()) {
    const error = loggedError(line);
    if (error !== undefined) return error;
  }
  return new SlipwayError('internal', `The server ended at once and said: ${lines.at(-1) || 'nothing'}`);
}

function loggedError(line: string): SlipwayError | undefined {
  try {
    const { err } = JSON.parse(line) as { err?: { code?: unknown; message?: unknown } };
    return err === undefined ? undefined : errorFromBody(err);
  } catch {
    return undefined;
  }
}

function spawnServer(home: string, args: ServerArgs, stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const main = fileURLToPath(import.meta.resolve('@slipway/server/main'));
  return spawn(process.execPath, [main, '--home', home, ...args], { detached: true, stdio });
}

function openLog(home: string): { readonly path: string; readonly descriptor: number } {
  const path = join(home, HOME_FILES.serverLog);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return { path, descriptor: openSync(path, 'a', 0o600) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SlipwayError(
      'storage_full',
      `The home folder ${home} cannot be written (${reason}): choose another with --home, or mend its permissions.`,
      { cause: thrown },
    );
  }
}
