import { DatabaseSync } from 'node:sqlite';
import { type ServerInfo, SlipwayError } from '@slipway/contract';
import type { HomePaths } from './home-paths.ts';
import { readJsonOfKind } from './json-of-kind.ts';
import { writeError } from './system-errors.ts';

/** SQLite's result codes, https://www.sqlite.org/rescode.html; the low byte is the kind. */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;

/** Held while a server runs; the system lets go of it when the process dies, however it dies. */
export interface HomeLock {
  release(): void;
}

/** Takes the home for this process. Throws `conflict`, naming who holds it, if another server does. */
export async function lockHome(paths: HomePaths): Promise<HomeLock> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(paths.lock, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    database?.close();
    throw await lockError(thrown, paths);
  }
  const held = database;
  return { release: () => held.close() };
}

async function lockError(thrown: unknown, paths: HomePaths): Promise<unknown> {
  const kind = sqliteKind(thrown);
  if (kind === SQLITE_BUSY) return heldByAnother(paths);
  if (kind === SQLITE_READONLY || kind === SQLITE_CANTOPEN) {
    return writeError(Object.assign(new Error(String(thrown)), { code: 'EACCES' }), paths.lock);
  }
  return writeError(thrown, paths.lock);
}

function sqliteKind(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number'
    ? thrown.errcode & 0xff
    : undefined;
}

async function heldByAnother(paths: HomePaths): Promise<SlipwayError> {
  const info = await readJsonOfKind<ServerInfo>(paths.serverInfo, 'ServerInfo');
  const who =
    info === undefined
      ? 'another server that is just starting or stopping'
      : `process ${info.pid}, which listens at ${info.url}`;
  return new SlipwayError(
    'conflict',
    `The home folder ${paths.root} is held by ${who}: stop that one first, or choose another folder with --home.`,
    { details: info === undefined ? {} : { pid: info.pid, url: info.url } },
  );
}
