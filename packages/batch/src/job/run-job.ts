import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type BatchEvent,
  type BatchSpec,
  type BatchSummary,
  SlipwayError,
  toSlipwayError,
} from '@slipway/contract';
import { type FoundGpus, findGpus, writeJsonFile } from '@slipway/transport';
import { type InputListing, listInput } from '../inputs/list-input.ts';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import { cutMiniBatches } from '../inputs/mini-batches.ts';
import type { ResultLog } from '../journal/result-log.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import type { BatchSettings } from '../settings/settings.ts';
import type { StartWorker } from '../workers/batch-worker.ts';
import { chooseGpus } from '../workers/choose-gpus.ts';
import { javascriptWorkers } from '../workers/javascript-worker.ts';
import { modelWorkers } from '../workers/model-worker.ts';
import { pythonWorkers } from '../workers/python-worker.ts';
import { threadsOf } from '../workers/script-workers.ts';
import { checkSpec } from './check-spec.ts';
import { describeFailures } from './describe-failures.ts';
import { finishJob, writeFailures } from './finish.ts';
import { identityOf, type JobIdentity } from './identity.ts';
import { type JobFiles, jobFiles, openJob } from './job-files.ts';
import { lockJob } from './job-lock.ts';
import { describeCounts, type JobLogs, openJobLogs } from './job-logs.ts';
import { prepareModels } from './prepare-models.ts';
import { scoreAll } from './score-all.ts';
import type { Tally } from './tally.ts';

/** Who hears what a job does. */
export type Emit = (event: BatchEvent) => void;

/** Progress is told this often at most. */
const TELL_EVERY_MS = 200;

/**
 * Runs a job to its end, or until the signal stops it, which leaves it to be gone on with. Rejects only where nothing was begun:
 * `invalid_argument` and `not_found` with everything that is wrong, `conflict` where the folder is another job's.
 */
export async function runJob(spec: BatchSpec, emit: Emit, signal: AbortSignal): Promise<BatchSummary> {
  const settings = parseSettings(spec.settings);
  await checkSpec(spec);
  await mkdir(spec.output, { recursive: true });
  const lock = lockJob(spec.output);
  try {
    const listing = await listInput(spec.input, spec.output, settings.inputFormat);
    const identity = await identityOf(spec, settings, listing);
    return await runLocked({ spec, settings, listing, identity, emit, signal });
  } finally {
    lock.release();
  }
}

interface Job {
  readonly spec: BatchSpec;
  readonly settings: BatchSettings;
  readonly listing: InputListing;
  readonly identity: JobIdentity;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

async function runLocked(job: Job): Promise<BatchSummary> {
  const { spec, settings, listing, identity, emit } = job;
  const startedAt = performance.now();
  const files = jobFiles(spec.output, settings.appendRowFileName);
  const { tally, log, isBegun } = await openJob(spec.output, files, identity);
  const visible = process.env['CUDA_VISIBLE_DEVICES'];
  const { gpus, notes } = chooseGpus(visible, await gpusUnless(visible), spec.serverGpus);
  const processes = settings.processCount ?? (gpus?.length ? 1 : availableParallelism());
  emit({ type: 'started', format: listing.format, processes, resumed: isBegun ? tally.counts : null });
  const summarize = (error: SlipwayError | null): BatchSummary => ({
    state: error === null ? 'done' : error.code === 'cancelled' ? 'stopped' : 'failed',
    error: error?.toJSON() ?? null,
    ...tally.counts,
    resultFile: error === null && settings.outputAction === 'append_row' ? files.results : null,
    output: spec.output,
    failures: tally.failures,
    durationMs: Math.round(performance.now() - startedAt),
  });
  if (log === undefined) {
    emit({ type: 'note', message: `The job in ${spec.output} is done already: nothing is scored again.` });
    return summarize(null);
  }
  const logs = openJobLogs(files.logs, settings.loggingLevel);
  logs.overview(
    'INFO',
    `${isBegun ? 'Goes on with' : 'Begins'} ${spec.input} as ${listing.format}, with ${processes} processes.`,
  );
  for (const message of notes) {
    emit({ type: 'note', message });
    logs.overview('WARNING', message);
  }
  try {
    await score({ ...job, files, tally, log, logs, gpus, processes });
    const summary = summarize(null);
    await finishJob(files, summary);
    logs.overview('INFO', `Done: ${describeCounts(tally.counts)}.`);
    return summary;
  } catch (thrown) {
    const summary = summarize(toSlipwayError(thrown));
    // A disk that is full is a reason to end, and takes no summary either; what is told on standard output has it.
    await leaveWord(files, summary, logs).catch(() => undefined);
    return summary;
  } finally {
    logs.close();
  }
}

/** Whoever says which GPUs are visible needs no driver that names them. */
async function gpusUnless(visible: string | undefined): Promise<FoundGpus> {
  return visible === undefined ? await findGpus() : { devices: [], problem: null };
}

async function leaveWord(files: JobFiles, summary: BatchSummary, logs: JobLogs): Promise<void> {
  logs.overview('WARNING', `Ended before its time: ${summary.error?.message} ${describeCounts(summary)}.`);
  await writeFailures(files);
  await writeJsonFile(files.summary, summary);
}

interface Running extends Job {
  readonly files: JobFiles;
  readonly tally: Tally;
  readonly log: ResultLog;
  readonly logs: JobLogs;
  readonly gpus: readonly string[] | null;
  readonly processes: number;
}

async function score(running: Running): Promise<void> {
  const { settings, listing, tally, log, logs, gpus, processes, emit, signal } = running;
  try {
    refuseTooMany(settings, tally);
    const tell = progressTeller(running);
    await scoreAll(
      {
        miniBatches: notDone(cutMiniBatches(listing, settings.miniBatchSize), tally),
        processes,
        gpus,
        startWorker: await workersOf(running),
        settings,
        onFailedTry: ({ index }, place, tried, error) =>
          logs.error(
            `Mini-batch ${index}, try ${tried} of ${settings.runMaxTry}, process ${place}: ${error.message}`,
          ),
        onOutcome: async (miniBatch, outcome) => {
          const failures = describeFailures(miniBatch, outcome);
          const { succeeded, text } = 'result' in outcome ? outcome.result : { succeeded: 0, text: '' };
          const entry = { miniBatch: miniBatch.index, items: miniBatch.items, succeeded, failures };
          await log.add({ ...entry, text });
          tally.add(entry);
          for (const failure of failures) {
            emit({ type: 'failure', ...failure });
            logs.error(
              `Mini-batch ${failure.miniBatch}${failure.file === null ? '' : ` of ${failure.file}`}: ${failure.failed} items without a result (${failure.items.join(', ')}): ${failure.error}`,
            );
          }
          logs.overview(
            'DEBUG',
            `Mini-batch ${miniBatch.index}: ${succeeded} of ${miniBatch.items} succeeded.`,
          );
          tell(miniBatch.fraction);
          refuseTooMany(settings, tally);
        },
      },
      signal,
    );
  } finally {
    await log.close();
  }
}

/** More errors than are put up with end the job; those of earlier processes count. */
function refuseTooMany({ errorThreshold }: BatchSettings, { counts }: Tally): void {
  if (errorThreshold < 0 || counts.failed <= errorThreshold) return;
  throw new SlipwayError(
    'script_failed',
    `The job was ended: items without a result: ${counts.failed}; errorThreshold: ${errorThreshold}. Look at logs/user/error.txt; to go on in spite of them, raise errorThreshold.`,
    { details: { failed: counts.failed, errorThreshold } },
  );
}

async function* notDone(all: AsyncIterable<MiniBatch>, tally: Tally): AsyncGenerator<MiniBatch> {
  for await (const miniBatch of all) if (!tally.has(miniBatch.index)) yield miniBatch;
}

async function workersOf(running: Running): Promise<StartWorker> {
  const { spec, settings, files, logs, processes, identity, emit } = running;
  const modelsDir = join(files.work, 'models');
  const folders = await prepareModels(spec.models, modelsDir);
  if (spec.script !== null) {
    const { script, models } = spec;
    const workers = { script, models, modelsDir, logs: logs.userFolder, settings, processes };
    const { runsIn } = script;
    return runsIn.language === 'python'
      ? pythonWorkers(workers, runsIn.interpreter)
      : javascriptWorkers(workers);
  }
  const told = new Set<string>();
  return modelWorkers({
    load: {
      folder: folders[0] ?? modelsDir,
      threads: threadsOf(processes),
      digest: `sha256:${identity.models}`,
      cacheDir: join(files.work, 'cache'),
      keepsResults: settings.outputAction === 'append_row',
      accelerator: spec.accelerator ?? undefined,
    },
    logs: logs.userFolder,
    note: (message) => {
      if (!told.has(message)) emit({ type: 'note', message });
      told.add(message);
    },
  });
}

/** Tells progress, but not more often than anybody can read; it goes forward only. */
function progressTeller({ tally, emit, logs }: Running): (fraction: number) => void {
  let furthest = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (fraction) => {
    furthest = Math.max(furthest, fraction);
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS && furthest < 1) return;
    toldAt = now;
    emit({ type: 'progress', fraction: furthest, ...tally.counts });
    logs.overview('INFO', `${Math.floor(furthest * 100)} %: ${describeCounts(tally.counts)}.`);
  };
}
