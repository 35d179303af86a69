import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemCode } from '@slipway/contract';
import {
  type ProcessEntry,
  type ProcessVitals,
  parseOwnBytes,
  parseProc,
  parseProcCommand,
  parsePs,
} from './parse-processes.ts';

/** The table is read in one go; `ps` that hangs must not hang us. */
const PS_TIMEOUT_MS = 5_000;

const run = promisify(execFile);
const onLinux = process.platform === 'linux';

/** All processes that this user can see, with their command lines. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (!onLinux) return (await ps(['-A'])).filter((line) => line.alive);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readEntry));
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(pid: number): Promise<ProcessEntry | undefined> {
  const vitals = await readVitals(pid);
  if (vitals === undefined || !vitals.alive) return undefined;
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid, startTime: vitals.startTime, command: parseProcCommand(text) };
}

/** What one process is like now; `undefined` if there is none with that pid. */
export async function readVitals(pid: number): Promise<ProcessVitals | undefined> {
  if (!onLinux) return isThere(pid) ? await psVitals(pid) : undefined;
  try {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');
    return parseProc(await read('stat'), await read('status'));
  } catch {
    return undefined;
  }
}

/**
 * Bytes that the processes which this one has started take for themselves; not what those have started in turn. 0 where the system does
 * not tell which they are: anywhere but on Linux.
 */
export async function childrenBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter((child) => child !== '');
  const statuses = await Promise.all(
    children.map((child) => readFile(`/proc/${child}/status`, 'utf8').catch(() => '')),
  );
  return statuses.reduce((sum, status) => sum + parseOwnBytes(status), 0);
}

/** Starting `ps` costs milliseconds of CPU, and replicas are looked at many times a second. */
const PS_VALID_MS = 1_000;

const psSeen = new Map<number, { readonly at: number; readonly vitals: ProcessVitals | undefined }>();

async function psVitals(pid: number): Promise<ProcessVitals | undefined> {
  const now = performance.now();
  for (const [seen, { at }] of psSeen) if (now - at > PS_VALID_MS) psSeen.delete(seen);
  const known = psSeen.get(pid);
  if (known !== undefined) return known.vitals;
  const [vitals] = await ps(['-p', String(pid)]);
  psSeen.set(pid, { at: now, vitals });
  return vitals;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return systemCode(thrown) === 'EPERM';
  }
}

async function ps(which: readonly string[]) {
  const fields = ['-ww', '-o', 'pid=,stat=,rss=,lstart=,command='];
  const options = { timeout: PS_TIMEOUT_MS, maxBuffer: 64 << 20, env: { ...process.env, LC_ALL: 'C' } };
  // `ps` exits 1 when no process has the pid, with nothing on its output.
  const { stdout } = await run('ps', [...which, ...fields], options).catch(() => ({ stdout: '' }));
  return parsePs(stdout);
}
