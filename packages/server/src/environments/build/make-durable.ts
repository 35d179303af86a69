import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { runTool } from '../machine/run-tool.ts';

/** A disk that takes longer to write what it was given is broken. */
const SYNC_TIMEOUT_MS = 10 * 60_000;

/**
 * Makes the bytes of all files below a folder survive a loss of power. One call of the system for all: an environment has tens of thousands
 * of files, and one call for each takes minutes.
 */
export async function makeDurable(folder: string, signal: AbortSignal): Promise<void> {
  const args = process.platform === 'linux' ? ['-f', folder] : [];
  const { code, lines } = await runTool({
    command: 'sync',
    args,
    cwd: folder,
    signal,
    timeoutMs: SYNC_TIMEOUT_MS,
  });
  if (code === 0) return;
  throw new SlipwayError(
    'storage_full',
    `The disk did not take what was built: ${lines.at(-1) ?? 'sync failed'}.`,
  );
}

/** Bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    size += entry.isDirectory() ? await sizeOf(path) : (await lstat(path)).size;
  }
  return size;
}
