import type { Migration } from './migration.ts';

type Column = readonly [name: string, type: 'text' | 'integer'];

/** Collections and the columns of their indexed fields, as they were at this migration. */
const COLLECTIONS: Readonly<Record<string, readonly Column[]>> = {
  workspaces: [],
  models: [
    ['workspace', 'text'],
    ['name', 'text'],
    ['framework', 'text'],
    ['latest', 'integer'],
    ['digest', 'text'],
    ['parent_id', 'text'],
  ],
  model_counters: [],
  services: [
    ['workspace', 'text'],
    ['compute_target', 'text'],
    ['uid', 'text'],
  ],
  service_status: [],
  revisions: [['service_uid', 'text']],
  operations: [
    ['workspace', 'text'],
    ['state', 'text'],
    ['resource', 'text'],
  ],
  operation_log: [['operation_id', 'text']],
  events: [['service_uid', 'text']],
  idempotency: [],
  signing_keys: [],
};

export const firstTables: Migration = {
  name: 'first tables',
  async up(database) {
    for (const [table, columns] of Object.entries(COLLECTIONS)) {
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
    await database.schema
      .createTable('attributes')
      .addColumn('collection', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('attributes_key', ['collection', 'id', 'kind', 'key'])
      .execute();
    await database.schema
      .createIndex('attributes_by_value')
      .on('attributes')
      .columns(['collection', 'kind', 'key', 'value'])
      .execute();
    await database.schema
      .createTable('sequences')
      .addColumn('collection', 'text', (column) => column.primaryKey())
      .addColumn('last', 'integer', (column) => column.notNull())
      .execute();
  },
};
