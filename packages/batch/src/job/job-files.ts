import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchSummary, SlipwayError, unlessMissing } from '@slipway/contract';
import { readJsonFile, writeJsonFile } from '@slipway/transport';
import { readJournal } from '../journal/read-journal.ts';
import { openResultLog, type ResultLog } from '../journal/result-log.ts';
import { differences, type JobIdentity } from './identity.ts';
import { createTally, type Tally } from './tally.ts';

/** Where a job keeps its files. */
export interface JobFiles {
  readonly job: string;
  readonly journal: string;
  readonly summary: string;
  readonly failures: string;
  /** The results while there may be more of them. */
  readonly partial: string;
  readonly results: string;
  readonly logs: string;
  /** Links to models, and what engines keep. */
  readonly work: string;
}

/** A job's folder as it was found. */
export interface OpenedJob {
  readonly tally: Tally;
  /** `undefined` if all is done already. */
  readonly log: ResultLog | undefined;
  /** True if an earlier process has begun the job. */
  readonly isBegun: boolean;
}

/** What may stand in the folder before a job begins: its lock, and models that were downloaded for it. */
const BEFORE_BEGIN = /^(?:lock\.sqlite.*|work)$/;

export function jobFiles(folder: string, appendRowFileName: string): JobFiles {
  return {
    job: join(folder, 'job.json'),
    journal: join(folder, 'journal.log'),
    summary: join(folder, 'summary.json'),
    failures: join(folder, 'failures.jsonl'),
    partial: join(folder, `${appendRowFileName}.partial`),
    results: join(folder, appendRowFileName),
    logs: join(folder, 'logs'),
    work: join(folder, 'work'),
  };
}

/**
 * Begins a job in its folder, or goes on where an earlier process of the same job has been. Throws `conflict` if the folder holds
 * another job or other files, `corrupt` if the results were changed.
 */
export async function openJob(folder: string, files: JobFiles, identity: JobIdentity): Promise<OpenedJob> {
  const begun = await begunJob(files.job);
  if (begun === undefined) {
    await refuseOtherFiles(folder);
    await mkdir(files.work, { recursive: true });
    await writeJsonFile(files.job, { identity, begunAt: new Date().toISOString() });
  } else refuseAnother(folder, begun, identity);
  const tally = createTally();
  let resultBytes = 0;
  const journalBytes = await readJournal(files.journal, (entry) => {
    tally.add(entry);
    resultBytes = entry.resultBytes;
  });
  if (begun !== undefined && (await isDone(files.summary))) return { tally, log: undefined, isBegun: true };
  await restorePartial(files, resultBytes);
  const log = await openResultLog({
    journalPath: files.journal,
    journalBytes,
    resultPath: files.partial,
    resultBytes,
  });
  return { tally, log, isBegun: begun !== undefined };
}

async function begunJob(path: string): Promise<JobIdentity | undefined> {
  try {
    return ((await readJsonFile(path)) as { readonly identity: JobIdentity }).identity;
  } catch (thrown) {
    if (thrown instanceof SlipwayError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
}

async function refuseOtherFiles(folder: string): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !BEFORE_BEGIN.test(name));
  if (others.length === 0) return;
  throw new SlipwayError(
    'conflict',
    `The output folder ${folder} holds other files (${others.slice(0, 3).join(', ')}): name one that is empty, or that of this job.`,
    { details: { field: 'output' } },
  );
}

function refuseAnother(folder: string, begun: JobIdentity, identity: JobIdentity): void {
  const changed = differences(begun, identity);
  if (changed.length === 0) return;
  throw new SlipwayError(
    'conflict',
    `The job in ${folder} cannot go on, because something is not as it was when it began: ${changed.join('; ')}. Put it back as it was, or begin a new job in another folder.`,
    { details: { field: 'output', changed } },
  );
}

async function isDone(path: string): Promise<boolean> {
  const summary = await readJsonFile(path).catch(() => undefined);
  return (summary as BatchSummary | undefined)?.state === 'done';
}

/** A process that died after it had given the results their name has not said that the job is done. */
async function restorePartial({ partial, results }: JobFiles, expectedBytes: number): Promise<void> {
  let found = await unlessMissing(stat(partial));
  if (found === undefined) {
    await unlessMissing(rename(results, partial));
    found = await unlessMissing(stat(partial));
  }
  if ((found?.size ?? 0) >= expectedBytes) return;
  throw new SlipwayError(
    'corrupt',
    `${partial} has ${found?.size ?? 0} bytes, but the journal knows of ${expectedBytes}: results were taken away. Begin the job again in another folder.`,
    { details: { path: partial } },
  );
}
