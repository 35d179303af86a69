import { SlipwayError } from '@slipway/contract';
import type { Kysely, Transaction } from 'kysely';
import { MIGRATIONS } from '../migrations/all.ts';
import type { Migration } from '../migrations/migration.ts';
import type { Tables } from './tables.ts';

/** Applies the steps that the database does not have yet, all of them or none. Throws `unsupported` if a newer Slipway wrote it. */
export async function migrate(
  database: Kysely<Tables>,
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const done = await lastApplied(transaction);
    if (done > migrations.length) {
      throw new SlipwayError(
        'unsupported',
        `${file} was written by a newer version of Slipway (its schema is ${done}, this version knows ${migrations.length}). Use that version, or restore a backup from before the upgrade.`,
        { details: { path: file, schema: done, known: migrations.length } },
      );
    }
    for (const [index, migration] of migrations.entries()) {
      if (index >= done) await apply(transaction, migration, index + 1);
    }
  });
}

async function lastApplied(transaction: Transaction<Tables>): Promise<number> {
  await transaction.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .execute();
  const row = await transaction
    .selectFrom('migrations')
    .select(({ fn }) => fn.max('number').as('last'))
    .executeTakeFirst();
  return row?.last ?? 0;
}

async function apply(transaction: Transaction<Tables>, migration: Migration, number: number): Promise<void> {
  await migration.up(transaction as unknown as Parameters<Migration['up']>[0]);
  await transaction
    .insertInto('migrations')
    .values({ number, name: migration.name, appliedAt: new Date().toISOString() })
    .execute();
}
