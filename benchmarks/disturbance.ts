import { readdirSync, readFileSync } from 'node:fs';

/** Time of all processors since the machine started, in the system's ticks. */
export interface ProcessorTime {
  readonly all: number;
  /** What a virtual machine was ready to use and its host gave to others. */
  readonly stolen: number;
  /** What processes used. */
  readonly used: number;
  /** What this process and those that it started used of it, if they still run. */
  readonly ours: number;
}

/** The first line of `/proc/stat`; guests' time, which follows, is in `user` already. */
const COLUMNS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

/** `undefined` where the system has no such files. */
export function processorTime(): ProcessorTime | undefined {
  try {
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => parseProcess(readIfThere(`/proc/${pid}/stat`)));
    return {
      ...parseProcessorTime(readFileSync('/proc/stat', 'utf8')),
      ours: ticksBelow(process.pid, processes),
    };
  } catch {
    return undefined;
  }
}

export function parseProcessorTime(stat: string): Omit<ProcessorTime, 'ours'> {
  const ticks = (stat.split('\n', 1)[0] ?? '').split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0] = ticks;
  return {
    all: COLUMNS.reduce((sum, _, column) => sum + (ticks[column] ?? 0), 0),
    stolen: ticks[COLUMNS.indexOf('steal')] ?? 0,
    used: user + nice + system,
  };
}

export interface ProcessTicks {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** `/proc/<pid>/stat`: the name, in brackets, may hold anything; fields 4, 14 and 15 are parent, user and system time. */
export function parseProcess(stat: string): ProcessTicks[] {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 13) return [];
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  return [{ pid: Number.parseInt(stat, 10), parent: parent ?? 0, ticks: (user ?? 0) + (system ?? 0) }];
}

/** The time of a process and of all that it started. */
export function ticksBelow(pid: number, processes: readonly ProcessTicks[]): number {
  const own = processes.find((one) => one.pid === pid)?.ticks ?? 0;
  const children = processes.filter(({ parent }) => parent === pid);
  return children.reduce((sum, child) => sum + ticksBelow(child.pid, processes), own);
}

/** The part, in percent, of the processors' time that others had between two looks: guests of the host, or other processes. */
export function disturbedPercent(
  before: ProcessorTime | undefined,
  after: ProcessorTime | undefined,
): number {
  if (before === undefined || after === undefined) return Number.NaN;
  const passed = (what: keyof ProcessorTime) => after[what] - before[what];
  // The two are not read in the same instant.
  const others = Math.max(0, passed('used') - passed('ours'));
  return (100 * (passed('stolen') + others)) / passed('all');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
