import { readdir, readFile } from 'node:fs/promises';
import type { OwnedProcess } from './owned-process.ts';
import { readVitals } from './process-table.ts';

/**
 * The processes of this user that were started with this variable in their environment, or by one that was; `[]` where the system does
 * not tell environments: anywhere but on Linux.
 */
export async function processesWith(name: string, value: string): Promise<readonly OwnedProcess[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map((pid) => readIfWith(pid, `${name}=${value}`)));
  return found.filter((one) => one !== undefined);
}

async function readIfWith(pid: number, variable: string): Promise<OwnedProcess | undefined> {
  // Those of others cannot be read, and what has ended has none.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (!environment.split('\0').includes(variable)) return undefined;
  const vitals = await readVitals(pid);
  return vitals?.alive ? { pid, startTime: vitals.startTime } : undefined;
}
