import { readFile, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a file that somebody else holds, https://www.sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;

/** The low byte of a result code is its kind. */
const KIND = 0xff;

/**
 * Runs `work` while no other process holds the lock; the system lets go of it when the process dies, however it dies.
 * Throws what `held` makes of the holder's process id, which is `undefined` while that one is only beginning or ending.
 */
export async function whileLocked<T>(
  path: string,
  held: (pid: number | undefined) => Error,
  work: () => Promise<T>,
): Promise<T> {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    if (!take(lock)) throw held(await holderOf(path));
    await writeFile(holderFile(path), `${process.pid}\n`);
    return await work();
  } finally {
    lock.close();
  }
}

function take(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (thrown) {
    const { errcode } = thrown as { readonly errcode?: unknown };
    if (typeof errcode !== 'number' || (errcode & KIND) !== SQLITE_BUSY) throw thrown;
    return false;
  }
}

async function holderOf(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(holderFile(path), 'utf8').catch(() => ''));
  return pid > 0 ? pid : undefined;
}

function holderFile(path: string): string {
  return `${path}.holder`;
}
