import { readFileSync } from 'node:fs';

/** Time of all processors since the machine started, in the system's ticks. */
export interface ProcessorTime {
  readonly all: number;
  /** What a virtual machine was ready to use and its host gave to others. */
  readonly stolen: number;
}

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, and guests' time that user holds already. */
const TICKS = 8;

/** `undefined` where the system has no such file. */
export function processorTime(): ProcessorTime | undefined {
  try {
    return parseProcessorTime(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}

export function parseProcessorTime(stat: string): ProcessorTime {
  const ticks = (stat.split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .slice(1, 1 + TICKS)
    .map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[TICKS - 1] ?? 0 };
}

/** The share, in percent, of the processors' time that was stolen between two looks; NaN where it is not known. */
export function stolenPercent(before: ProcessorTime | undefined, after: ProcessorTime | undefined): number {
  if (before === undefined || after === undefined) return Number.NaN;
  return ((after.stolen - before.stolen) / (after.all - before.all)) * 100;
}
