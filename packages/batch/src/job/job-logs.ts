import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchCounts } from '@slipway/contract';
import type { LoggingLevel } from '../settings/settings.ts';

/** What a person can read about a job, in the layout of Azure's logs. */
export interface JobLogs {
  /** Folder for what the user's code prints. */
  readonly userFolder: string;
  overview(level: LoggingLevel, text: string): void;
  /** A try that failed, or an item that could not be read. */
  error(text: string): void;
  close(): void;
}

const LEVELS: readonly LoggingLevel[] = ['DEBUG', 'INFO', 'WARNING'];

/** Appends to the logs of a folder what is at least of this level. */
export function openJobLogs(folder: string, least: LoggingLevel): JobLogs {
  const userFolder = join(folder, 'user');
  mkdirSync(userFolder, { recursive: true });
  const overview = openSync(join(folder, 'job_progress_overview.txt'), 'a');
  const errors = openSync(join(userFolder, 'error.txt'), 'a');
  const line = (text: string) => `${new Date().toISOString()} ${text}\n`;
  return {
    userFolder,
    overview(level, text) {
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(least)) writeSync(overview, line(`${level} ${text}`));
    },
    error: (text) => void writeSync(errors, line(text)),
    close() {
      closeSync(overview);
      closeSync(errors);
    },
  };
}

/** Counts in words. */
export function describeCounts({ items, succeeded, failed, miniBatches }: BatchCounts): string {
  return `${items} items in ${miniBatches} mini-batches: ${succeeded} succeeded, ${failed} failed`;
}
