import { writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BatchSummary } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import { readJournal } from '../journal/read-journal.ts';
import type { JobFiles } from './job-files.ts';

/** Gives the results their name, and says that the job is done. */
export async function finishJob(files: JobFiles, summary: BatchSummary): Promise<void> {
  await writeFailures(files);
  if (summary.resultFile === null) await rm(files.partial, { force: true });
  else await rename(files.partial, files.results);
  await syncFolder(dirname(files.results));
  await writeJsonFile(files.summary, summary);
}

/** Every failure of the job, a line of JSON each. */
export async function writeFailures(files: JobFiles): Promise<void> {
  const file = await open(files.failures, 'w');
  try {
    await readJournal(files.journal, ({ failures }) => {
      for (const failure of failures) writeFileSync(file.fd, `${JSON.stringify(failure)}\n`);
    });
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}
