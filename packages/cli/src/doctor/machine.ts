import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bytes } from '../output/format.ts';
import { type Finding, finding } from './check.ts';

const NEEDED_NODE = 24;

/** Below this a model of usual size may not fit, next to its optimized copy. */
const LOW_DISK_BYTES = 2e9;

export function checkNode(version: string = process.versions.node): Finding {
  return Number.parseInt(version, 10) >= NEEDED_NODE
    ? finding('node', 'ok', `Node ${version}.`)
    : finding('node', 'failed', `Node ${version} is too old: Slipway needs ${NEEDED_NODE} or newer.`);
}

/** The home folder, or the folder that it will be made in, can be written. */
export async function checkHome(home: string): Promise<Finding> {
  const folder = await nearestFolder(home);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return finding('home', 'ok', folder === home ? `${home} can be written.` : `${home} can be made.`);
  } catch {
    return finding('home', 'failed', `${folder} cannot be written: mend its permissions or use --home.`);
  }
}

export async function checkDisk(home: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(home));
  const free = bavail * bsize;
  return free >= LOW_DISK_BYTES
    ? finding('disk', 'ok', `${bytes(free)} are free.`)
    : finding('disk', 'warning', `Only ${bytes(free)} are free: delete models or free some space.`);
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    return nearestFolder(dirname(folder));
  }
}
