import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { HOME_FILES, type ServerInfo } from '@slipway/contract';

/** The home folder asked for, else `SLIPWAY_HOME`, else `~/.slipway`; absolute, it need not exist. */
export function homeFolder(asked: string | undefined): string {
  const folder = resolve(asked ?? (process.env['SLIPWAY_HOME'] || join(homedir(), '.slipway')));
  // Processes are found by the path in their command lines, which has no symbolic links.
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** What the server of this home wrote of itself; `undefined` if it ended in order or never ran. */
export function readServerInfo(home: string): ServerInfo | undefined {
  try {
    const info: ServerInfo = JSON.parse(readFileSync(join(home, HOME_FILES.serverInfo), 'utf8'));
    return info.kind === 'ServerInfo' ? info : undefined;
  } catch {
    return undefined;
  }
}
