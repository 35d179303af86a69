import type { Migration } from './migration.ts';

export const computes: Migration = {
  name: 'computes',
  async up(database) {
    await database.schema
      .createTable('computes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull().unique())
      .addColumn('write', 'integer', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
  },
};
