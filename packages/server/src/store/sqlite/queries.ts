import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely';
import { attributesOf } from '../attributes.ts';
import { type CollectionName, type Collections, INDEXES } from '../collections.ts';
import { etagOf } from '../etag.ts';
import { checkExpectation } from '../expectation.ts';
import type { AttributeFilter, ListQuery, Reader, Stored, Writer } from '../store.ts';
import { type AnyCollection, type Tables, tableOf } from './tables.ts';

interface Row {
  readonly id: string;
  readonly sequence: number;
  readonly write: number;
  readonly document: string;
}

/** Reads in the transaction that it is given. */
export function createSqlReader(database: Kysely<Tables>): Reader {
  return {
    async get<C extends CollectionName>(collection: C, id: string) {
      const row = await selectRows(database, collection).where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : storedFrom<C>(row);
    },
    async list<C extends CollectionName>(collection: C, query: ListQuery<C>) {
      const newest = query.order === 'newest';
      let select = whereFields(database, selectRows(database, collection), query.where ?? {});
      select = whereAttributes(database, select, collection, query.attributes ?? []);
      if (query.after !== undefined) select = select.where('sequence', newest ? '<' : '>', query.after);
      const rows = await select
        .orderBy('sequence', newest ? 'desc' : 'asc')
        .limit(query.limit)
        .execute();
      return rows.map((row) => storedFrom<C>(row));
    },
  };
}

/** Reads and writes in the transaction that it is given. */
export function createSqlWriter(transaction: Transaction<Tables>): Writer {
  return {
    ...createSqlReader(transaction),
    async put<C extends CollectionName>(
      collection: C,
      id: string,
      value: Collections[C],
      expect?: Parameters<Writer['put']>[3],
    ) {
      const before = await selectRows(transaction, collection).where('id', '=', id).executeTakeFirst();
      checkExpectation(collection, id, before && etagOf(before.sequence, before.write), expect);
      const row: Row = {
        id,
        sequence: before?.sequence ?? (await nextSequence(transaction, collection)),
        write: (before?.write ?? 0) + 1,
        document: JSON.stringify(value),
      };
      const columns = { ...row, ...indexedColumns(collection, value) };
      if (before === undefined) await transaction.insertInto(tableOf(collection)).values(columns).execute();
      else await transaction.updateTable(tableOf(collection)).set(columns).where('id', '=', id).execute();
      await replaceAttributes(transaction, collection, id, value);
      return storedFrom<C>(row);
    },
    async remove(collection, id, expect) {
      const before = await selectRows(transaction, collection).where('id', '=', id).executeTakeFirst();
      checkExpectation(collection, id, before && etagOf(before.sequence, before.write), expect);
      if (before === undefined) return false;
      await transaction.deleteFrom(tableOf(collection)).where('id', '=', id).execute();
      await removeAttributes(transaction, collection, id);
      return true;
    },
  };
}

type Rows = SelectQueryBuilder<Tables, AnyCollection, Row>;

function selectRows(database: Kysely<Tables>, collection: CollectionName): Rows {
  return database.selectFrom(tableOf(collection)).select(['id', 'sequence', 'write', 'document']);
}

function storedFrom<C extends CollectionName>(row: Row): Stored<Collections[C]> {
  return Object.freeze({
    id: row.id,
    etag: etagOf(row.sequence, row.write),
    sequence: row.sequence,
    value: JSON.parse(row.document) as Collections[C],
  });
}

function whereFields(database: Kysely<Tables>, select: Rows, where: object): Rows {
  let narrowed = select;
  for (const [field, wanted] of Object.entries(where)) {
    if (wanted === undefined) continue;
    const column = database.dynamic.ref<string>(field);
    narrowed =
      wanted === null ? narrowed.where(column, 'is', null) : narrowed.where(column, '=', asColumn(wanted));
  }
  return narrowed;
}

function whereAttributes(
  database: Kysely<Tables>,
  select: Rows,
  collection: CollectionName,
  filters: readonly AttributeFilter[],
): Rows {
  let narrowed = select;
  for (const { kind, key, value } of filters) {
    let holders = database
      .selectFrom('attributes')
      .select('attributes.id')
      .where('collection', '=', collection)
      .where('kind', '=', kind)
      .where('key', '=', key);
    if (value !== undefined) holders = holders.where('value', '=', value);
    narrowed = narrowed.where('id', 'in', holders);
  }
  return narrowed;
}

function indexedColumns(collection: CollectionName, value: object): Record<string, string | number | null> {
  return Object.fromEntries(INDEXES[collection].map((field) => [field, asColumn(Reflect.get(value, field))]));
}

/** SQLite has no booleans. */
function asColumn(value: unknown): string | number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

async function nextSequence(transaction: Transaction<Tables>, collection: CollectionName): Promise<number> {
  const { last } = await transaction
    .insertInto('sequences')
    .values({ collection, last: 1 })
    .onConflict((conflict) =>
      conflict.column('collection').doUpdateSet((row) => ({ last: row('sequences.last', '+', 1) })),
    )
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}

async function replaceAttributes(
  transaction: Transaction<Tables>,
  collection: CollectionName,
  id: string,
  value: object,
): Promise<void> {
  await removeAttributes(transaction, collection, id);
  const rows = attributesOf(value).map((attribute) => ({ collection, id, ...attribute }));
  if (rows.length > 0) await transaction.insertInto('attributes').values(rows).execute();
}

async function removeAttributes(
  transaction: Transaction<Tables>,
  collection: CollectionName,
  id: string,
): Promise<void> {
  await transaction
    .deleteFrom('attributes')
    .where('collection', '=', collection)
    .where('id', '=', id)
    .execute();
}
