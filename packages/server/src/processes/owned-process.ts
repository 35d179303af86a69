import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '@slipway/contract';
import type { ProcessVitals } from './parse-processes.ts';
import { readVitals } from './process-table.ts';

/** A process that is ours: the start time tells it from another that was given its pid later. */
export interface OwnedProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** How often a wait for the end of a process looks. */
const END_POLL_MS = 25;

/** What it is like now; `undefined` once it has ended. */
export async function vitalsOf(owned: OwnedProcess): Promise<ProcessVitals | undefined> {
  const vitals = await readVitals(owned.pid);
  return vitals?.alive && vitals.startTime === owned.startTime ? vitals : undefined;
}

/** Sends a signal if it is still that process. */
export async function sendSignal(owned: OwnedProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if ((await vitalsOf(owned)) === undefined) return;
  try {
    process.kill(owned.pid, signal);
  } catch (thrown) {
    if (systemCode(thrown) !== 'ESRCH') throw thrown;
  }
}

/** True once it has ended, false if it still runs after `timeoutMs` or when `inHaste` fires. */
export async function waitForEnd(
  owned: OwnedProcess,
  timeoutMs: number,
  inHaste?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while ((await vitalsOf(owned)) !== undefined) {
    if (performance.now() >= deadline || inHaste?.aborted) return false;
    await sleep(END_POLL_MS);
  }
  return true;
}

/** Asks it to end, and makes it end when it has not after `graceMs` or when `inHaste` fires. */
export async function stopProcess(
  owned: OwnedProcess,
  graceMs: number,
  inHaste?: AbortSignal,
): Promise<void> {
  await sendSignal(owned, 'SIGTERM');
  if (await waitForEnd(owned, graceMs, inHaste)) return;
  await sendSignal(owned, 'SIGKILL');
  await waitForEnd(owned, KILL_WAIT_MS);
}

/** A killed process ends at once, unless it hangs in the kernel; then nobody can wait for it. */
const KILL_WAIT_MS = 5_000;
