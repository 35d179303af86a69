import type { Kysely } from 'kysely';

/**
 * One step from a database of an older version to a newer one. It stands for ever as it is: what comes later
 * is a new step. It names tables and columns as SQL does, and imports nothing that changes.
 */
export interface Migration {
  readonly name: string;
  up(database: Kysely<Record<string, Record<string, unknown>>>): Promise<void>;
}
