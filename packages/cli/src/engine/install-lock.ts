import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { enginesFolder, SlipwayError } from '@slipway/contract';

/** SQLite's result code for a file that somebody else holds, https://www.sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;

/** The low byte of a result code is its kind. */
const KIND = 0xff;

/**
 * Runs `work` while nobody else installs engines in this home; the system lets go of the lock when the process dies, however
 * it dies. Throws `conflict` if somebody does.
 */
export async function whileInstalling<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(join(enginesFolder(home), '.lock.sqlite'), { timeout: 0 });
  try {
    take(lock, home);
    return await work();
  } finally {
    lock.close();
  }
}

function take(lock: DatabaseSync, home: string): void {
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    const { errcode } = thrown as { readonly errcode?: unknown };
    if (typeof errcode !== 'number' || (errcode & KIND) !== SQLITE_BUSY) throw thrown;
    throw new SlipwayError('conflict', `Another process is installing an engine in ${home}: wait for it.`);
  }
}
