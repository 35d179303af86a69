import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process over all its threads, in microseconds; NaN where the system has no such files. */
export function cpuMicroseconds(pid: number): number {
  try {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).reduce((sum, thread) => sum + onCpu(`${tasks}/${thread}/schedstat`), 0);
  } catch {
    return Number.NaN;
  }
}

/** The first number of the file: nanoseconds on a CPU. */
function onCpu(file: string): number {
  return Number(readFileSync(file, 'utf8').split(' ', 1)[0]) / 1000;
}
