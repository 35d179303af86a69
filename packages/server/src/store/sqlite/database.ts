import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { CamelCasePlugin, Kysely, SqliteDialect } from 'kysely';
import type { Tables } from './tables.ts';

/** Milliseconds that a statement waits for a lock: a backup tool may hold one for a moment. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens (or makes) a database file so that what a commit returned for is on disk. */
export function openDatabase(file: string): Kysely<Tables> {
  const database = new DatabaseSync(file, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    defensive: true,
  });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return new Kysely<Tables>({
    dialect: new SqliteDialect({ database: forKysely(database) }),
    plugins: [new CamelCasePlugin()],
  });
}

/** `node:sqlite` in the shape of better-sqlite3, which Kysely's dialect speaks to. */
function forKysely(database: DatabaseSync) {
  return {
    close: () => database.close(),
    prepare(sql: string) {
      // A commit that failed for want of space has rolled back by itself; Kysely's own rollback would hide its error.
      if (sql === 'rollback' && !database.isTransaction) return NOTHING;
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}

const NOTHING = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};
