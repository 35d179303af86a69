import { firstTables } from './0001-first-tables.ts';
import { environments } from './0002-environments.ts';
import { computes } from './0003-computes.ts';
import type { Migration } from './migration.ts';

/** All steps in order; a step's number is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [firstTables, environments, computes];
