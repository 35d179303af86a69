import type { CollectionName } from '../collections.ts';

/** What every collection's table has; its indexed fields are further columns of it. */
export interface CollectionTable {
  readonly id: string;
  readonly sequence: number;
  readonly write: number;
  readonly document: string;
  readonly [indexed: string]: string | number | null;
}

export interface AttributesTable {
  readonly collection: string;
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly value: string;
}

/** The last sequence given in each collection. */
export interface SequencesTable {
  readonly collection: string;
  readonly last: number;
}

export interface MigrationsTable {
  readonly number: number;
  readonly name: string;
  readonly appliedAt: string;
}

/** Stands for the table of any collection: all have these columns, and one name is what Kysely's types can follow. */
export type AnyCollection = 'anyCollection';

/** The tables of the database, in the names that queries use; columns in SQL are in snake case. */
export interface Tables {
  readonly anyCollection: CollectionTable;
  readonly attributes: AttributesTable;
  readonly sequences: SequencesTable;
  readonly migrations: MigrationsTable;
}

/** The table of a collection has its name. */
export function tableOf(collection: CollectionName): AnyCollection {
  return collection as string as AnyCollection;
}
