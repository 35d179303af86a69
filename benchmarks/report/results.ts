import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measurement } from '../measure.ts';
import type { MachineFacts } from './machine.ts';
import type { Overhead } from './overhead.ts';

/** One run of the benchmark; times in microseconds. */
export interface Results<Added = Overhead> {
  readonly startedAt: string;
  readonly rounds: number;
  readonly machine: MachineFacts;
  readonly workloads: readonly WorkloadResults<Added>[];
}

export interface WorkloadResults<Added = Overhead> {
  readonly name: string;
  readonly added: Added;
  readonly measurements: readonly Measurement[];
}

/**
 * Keeps the results in a file that is named for the second in which the run began, behind a prefix; answers with its
 * path. What is there already is not written over: it throws `EEXIST`.
 */
export async function saveResults<Kept extends Pick<Results, 'startedAt'>>(
  folder: string,
  results: Kept,
  prefix = '',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = prefix + results.startedAt.slice(0, 19).replaceAll(':', '-');
  const path = join(folder, `${name}.json`);
  await writeFile(path, `${JSON.stringify(results, microseconds, 2)}\n`, { flag: 'wx' });
  return path;
}

/** No figure here is good to more than a tenth. */
function microseconds(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10) / 10 : value;
}
