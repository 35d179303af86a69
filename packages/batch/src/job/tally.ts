import type { BatchCounts, BatchFailure } from '@slipway/contract';
import { DoneSet } from '../journal/done-set.ts';
import type { JournalEntry } from '../journal/journal-lines.ts';

/** Failures that a summary shows; the rest stands in a file. */
const SHOWN_FAILURES = 20;

/** What is done of a job, counted. */
export interface Tally {
  readonly counts: BatchCounts;
  /** The first of them. */
  readonly failures: readonly BatchFailure[];
  has(miniBatch: number): boolean;
  add(entry: Omit<JournalEntry, 'resultBytes'>): void;
}

export function createTally(): Tally {
  const done = new DoneSet();
  const failures: BatchFailure[] = [];
  let counts: BatchCounts = { items: 0, succeeded: 0, failed: 0, miniBatches: 0 };
  return {
    get counts() {
      return counts;
    },
    failures,
    has: (miniBatch) => done.has(miniBatch),
    add(entry) {
      if (!done.add(entry.miniBatch)) return;
      counts = {
        items: counts.items + entry.items,
        succeeded: counts.succeeded + entry.succeeded,
        failed: counts.failed + entry.items - entry.succeeded,
        miniBatches: counts.miniBatches + 1,
      };
      failures.push(...entry.failures.slice(0, SHOWN_FAILURES - failures.length));
    },
  };
}
