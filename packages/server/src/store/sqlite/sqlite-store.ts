import { SlipwayError } from '@slipway/contract';
import type { Kysely } from 'kysely';
import type { Store } from '../store.ts';
import { createTurnstile } from '../turnstile.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { createSqlReader, createSqlWriter } from './queries.ts';
import { storageError } from './storage-error.ts';
import type { Tables } from './tables.ts';

/**
 * Opens (or makes) the store in the SQLite database `file`. Writes go through one connection and reads through
 * another, which sees the last committed state and does not wait for a transaction under way. Throws
 * `storage_full` if the file cannot be made or written, `unsupported` if a newer Slipway wrote it.
 */
export async function openSqliteStore(file: string): Promise<Store> {
  const writing = await withStorageErrors(file, () => openMigrated(file));
  const reading = openDatabase(file);
  const turnstiles = { read: createTurnstile(), write: createTurnstile() };
  let open = true;

  function checkOpen(): void {
    if (!open) throw new SlipwayError('unavailable', 'The store is closed.');
  }

  return {
    async read(work) {
      checkOpen();
      const run = () => reading.transaction().execute((transaction) => work(createSqlReader(transaction)));
      return withStorageErrors(file, () => turnstiles.read.pass(run));
    },
    async write(work) {
      checkOpen();
      const run = () => writing.transaction().execute((transaction) => work(createSqlWriter(transaction)));
      return withStorageErrors(file, () => turnstiles.write.pass(run));
    },
    async close() {
      if (!open) return;
      open = false;
      await Promise.all([turnstiles.read.idle(), turnstiles.write.idle()]);
      await reading.destroy();
      await writing.destroy();
    },
  };
}

async function openMigrated(file: string): Promise<Kysely<Tables>> {
  const database = openDatabase(file);
  try {
    await migrate(database, file);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

async function withStorageErrors<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, file);
  }
}
