import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import type { OwnedProcess } from './owned-process.ts';
import { readVitals } from './process-table.ts';

/** What to start, where its output goes, and who wants to know when it ends. */
export interface DetachedStart {
  /** The JavaScript file to run on this Node. */
  readonly main: string;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  /** Variables besides those of this process; they go before them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Called once, if this process is still there to hear it. */
  readonly ended: () => void;
}

/**
 * Starts a process that outlives this one: a session of its own, output appended to its log file.
 * Variables named SLIPWAY_… stay here: the master key is none of its business.
 */
export async function startDetached(start: DetachedStart): Promise<OwnedProcess> {
  const log = await open(start.logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [...(start.nodeOptions ?? []), start.main, ...start.args], {
      cwd: start.cwd,
      detached: true,
      env: { ...withoutOwnVariables(process.env), ...start.env },
      stdio: ['ignore', log.fd, log.fd],
    });
    child.once('exit', start.ended);
    await once(child, 'spawn');
    child.unref();
    return await identify(child.pid, start.main);
  } finally {
    await log.close();
  }
}

/** What a process that is not a part of the control plane may know of its environment. */
export function withoutOwnVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SLIPWAY_')));
}

async function identify(pid: number | undefined, main: string): Promise<OwnedProcess> {
  const vitals = pid === undefined ? undefined : await readVitals(pid);
  if (pid === undefined || vitals === undefined) {
    throw new SlipwayError('unavailable', `The process of ${main} ended as soon as it was started.`);
  }
  return { pid, startTime: vitals.startTime };
}
