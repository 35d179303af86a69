import { listProcesses } from '../processes/process-table.ts';
import { unfinishedAttempts } from './build/build-folder.ts';
import { killGroup } from './machine/run-tool.ts';

/**
 * Ends what builds of an earlier server left running: every tool of a build has the folder of its attempt in its command line. Scripts
 * run from finished builds, and are let be.
 */
export async function endLeftBuilds(parent: string): Promise<void> {
  const attempts = await unfinishedAttempts(parent);
  if (attempts.length === 0) return;
  for (const { pid, command } of await listProcesses()) {
    const words = command.join(' ');
    if (attempts.some((attempt) => words.includes(attempt))) killGroup(pid);
  }
}
