import { createHash } from 'node:crypto';

/** Longest name that a folder is given. */
const MAX_NAME = 80;

const HASH_LENGTH = 8;

/** A day of UTC, as its folders say it: `2026/11/23`. Later days are greater as texts. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** The day so many days before. */
export function dayBefore(day: string, days: number): string {
  const date = new Date(`${day.replaceAll('/', '-')}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return dayOf(date.getTime());
}

/** The day in whose folder a file lies, by its path; `undefined` for what lies elsewhere. */
export function dayOfPath(path: string): string | undefined {
  return /(?:^|\/)(\d{4}\/\d\d\/\d\d)\/[^/]+$/.exec(path)?.[1];
}

/**
 * A name as a folder: of letters, digits, `_`, `-` and `.`, which does not begin with a dot. One that had to be changed
 * carries a hash of what it was, so that two names never share a folder.
 */
export function folderName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  if (plain === name && name !== '' && name.length <= MAX_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${plain.slice(0, MAX_NAME - HASH_LENGTH - 1)}-${hash}`;
}
