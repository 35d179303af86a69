import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process of a home folder that outlives its server: scoring goes on without one. */
export interface HomeProcess {
  readonly pid: number;
  readonly what: 'gateway' | 'replica';
}

/** `ps` answers at once or never. */
const PS_TIMEOUT_MS = 5_000;
const POLL_MS = 25;

/** The replicas and the gateway of a home, found by the paths in their command lines. */
export async function homeProcesses(home: string): Promise<readonly HomeProcess[]> {
  const marks = [
    ['replica', `--spec${SEPARATOR}${join(home, 'replicas')}/`],
    ['gateway', `--config${SEPARATOR}${join(home, 'gateway', 'config.json')}`],
  ] as const;
  const lines = process.platform === 'linux' ? await commandLinesOfProc() : await commandLinesOfPs();
  return lines.flatMap(({ pid, command }) => {
    const mark = marks.find(([, text]) => command.includes(text));
    return mark === undefined ? [] : [{ pid, what: mark[0] }];
  });
}

/** True if the process has this home in its command line, as its server does. */
export async function mentionsHome(pid: number, home: string): Promise<boolean> {
  const lines = process.platform === 'linux' ? await commandLinesOfProc() : await commandLinesOfPs();
  return lines.some((line) => line.pid === pid && line.command.includes(`--home${SEPARATOR}${home}`));
}

/** True while a process with this number runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** One that has ended takes signals until its parent has collected it, which in a container may be never (proc(5)). */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** True once all of them have ended, false if one still runs after `timeoutMs`. */
export async function waitForEnd(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

const SEPARATOR = ' ';

interface CommandLine {
  readonly pid: number;
  readonly command: string;
}

async function commandLinesOfProc(): Promise<readonly CommandLine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      // A process that ended meanwhile has no command line.
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(pid), command: text.replaceAll('\0', SEPARATOR) };
    }),
  );
}

async function commandLinesOfPs(): Promise<readonly CommandLine[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,command='], {
    timeout: PS_TIMEOUT_MS,
    maxBuffer: 64 << 20,
  });
  return stdout.split('\n').map((line) => {
    const [, pid = '0', command = ''] = /^\s*([0-9]+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}
