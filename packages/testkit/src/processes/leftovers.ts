import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from '../wait-for.ts';

/** Processes that were told to stop may need this long on a busy machine. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** The processes, other than this one, whose command line has `text` in it: a home folder finds all of its own. */
export async function processesMentioning(text: string): Promise<RunningProcess[]> {
  if (process.platform !== 'linux') throw new Error('Processes are only found on Linux, in /proc.');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const running = await Promise.all(pids.map(readProcess));
  return running.filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(text));
}

/** Fails, with their command lines, if processes that mention `text` still run after `timeoutMs` (5 s). */
export async function assertNothingLeft(text: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
  const allGone = async () => (await processesMentioning(text)).length === 0;
  try {
    await waitFor(allGone, { what: `the end of every process that mentions ${text}`, timeoutMs });
  } catch (cause) {
    const left = await processesMentioning(text);
    if (left.length === 0) return;
    const lines = left.map(({ pid, commandLine }) => `${pid} ${commandLine}`);
    throw new Error(`Still running:\n${lines.join('\n')}`, { cause });
  }
}

/** Kills every process that mentions `text` and waits until none is left: for the end of a test that failed. */
export async function killProcessesMentioning(text: string): Promise<void> {
  for (const { pid } of await processesMentioning(text)) kill(pid);
  await assertNothingLeft(text);
}

/** A process that ended meanwhile, and one that ended and was not yet waited for, have no command line. */
async function readProcess(pid: number): Promise<RunningProcess> {
  const bytes = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid, commandLine: bytes.split('\0').join(' ').trim() };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
