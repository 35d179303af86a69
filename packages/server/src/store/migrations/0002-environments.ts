import type { Migration } from './migration.ts';

const COLUMNS = [
  ['workspace', 'text'],
  ['name', 'text'],
  ['latest', 'integer'],
] as const;

export const environments: Migration = {
  name: 'environments',
  async up(database) {
    for (const [table, columns] of [
      ['environments', COLUMNS],
      ['environment_counters', []],
    ] as const) {
      let create = database.schema
        .createTable(table)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('sequence', 'integer', (column) => column.notNull().unique())
        .addColumn('write', 'integer', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull());
      for (const [name, type] of columns) create = create.addColumn(name, type);
      await create.execute();
      for (const [name] of columns) {
        await database.schema
          .createIndex(`${table}_by_${name}`)
          .on(table)
          .columns([name, 'sequence'])
          .execute();
      }
    }
  },
};
