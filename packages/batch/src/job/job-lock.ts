import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SlipwayError } from '@slipway/contract';

/** Takes a job's folder for this process, until it releases it or dies. Throws `conflict` if another process has it. */
export function lockJob(folder: string): { release(): void } {
  const database = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new SlipwayError(
      'conflict',
      `Another process works on the job in ${folder}: wait until it has ended, or stop it.`,
      { details: { path: folder }, cause },
    );
  }
  return { release: () => database.close() };
}
