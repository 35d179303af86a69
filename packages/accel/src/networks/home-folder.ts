import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The home folder that is named, else `SLIPWAY_HOME`, else `~/.slipway`; a leading `~` is the user's own folder. */
export function homeFolder(named?: string): string {
  const folder = named ?? (process.env['SLIPWAY_HOME'] || join('~', '.slipway'));
  return resolve(folder.replace(/^~(?=$|[/\\])/, homedir()));
}
