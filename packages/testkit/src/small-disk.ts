import { execFile } from 'node:child_process';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { onTestEnd } from './cleanup.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** A file system of its own. */
export interface SmallDisk {
  readonly folder: string;
  /** From here on nobody can write to it, the superuser included. */
  makeReadOnly(): Promise<void>;
}

/**
 * Mounts a file system in memory until the test ends. Where this user may not mount one the test is skipped, and says
 * so; but not where an automatic build runs as root, because there it is to be tested.
 */
export async function mountSmallDisk(t: TestContext, megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await temporaryFolder(t);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  } catch (thrown) {
    if (process.env['CI'] === 'true' && process.getuid?.() === 0) throw thrown;
    t.diagnostic(`NOT TESTED HERE, because a small disk cannot be mounted: ${String(thrown)}`);
    t.skip('a small disk cannot be mounted');
    return undefined;
  }
  onTestEnd(t, async () => void (await run('umount', [folder])));
  return {
    folder,
    makeReadOnly: async () => void (await run('mount', ['-o', 'remount,ro', folder])),
  };
}
