import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestEnd, type TestScope } from './cleanup.ts';

/** A new empty folder, removed with all it holds when the test ends. */
export async function temporaryFolder(scope: TestScope): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'slipway-test-'));
  // A process that was just killed can leave a file behind after the folder was listed.
  onTestEnd(scope, () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}
