import { readFileSync } from 'node:fs';

/**
 * The resident set of a process; `undefined` for one that has ended, and where the system does not tell without starting a program:
 * anywhere but on Linux.
 */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
