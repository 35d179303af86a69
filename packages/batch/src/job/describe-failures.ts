import type { BatchFailure } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from '../workers/batch-worker.ts';

/** How the tries at a mini-batch ended: with a result, or with why the last one failed. */
export type Outcome =
  | { readonly result: MiniBatchResult; readonly tries: number }
  | { readonly error: string; readonly tries: number };

/** Every item of a mini-batch without a result, with the reason. */
export function describeFailures(miniBatch: MiniBatch, outcome: Outcome): readonly BatchFailure[] {
  const common = {
    miniBatch: miniBatch.index,
    file: miniBatch.kind === 'rows' ? miniBatch.file : null,
    tries: outcome.tries,
  };
  const unreadable = miniBatch.kind === 'rows' ? miniBatch.unreadable : [];
  const notRead = unreadable.map(({ row, reason }) => ({
    ...common,
    items: [String(row)],
    failed: 1,
    tries: 0,
    error: reason,
  }));
  const given = miniBatch.items - unreadable.length;
  if ('error' in outcome) {
    return [...notRead, { ...common, items: itemsOf(miniBatch), failed: given, error: outcome.error }];
  }
  const { succeeded, rejected } = outcome.result;
  const refused = rejected.map(({ item, reason }) => ({
    ...common,
    items: [nameOf(miniBatch, item)],
    failed: 1,
    error: reason,
  }));
  const missing = given - succeeded - rejected.length;
  if (missing === 0) return [...notRead, ...refused];
  const error = `run() returned ${succeeded} elements for ${given} items.`;
  return [...notRead, ...refused, { ...common, items: itemsOf(miniBatch), failed: missing, error }];
}

function nameOf(miniBatch: MiniBatch, item: number): string {
  return miniBatch.kind === 'files' ? (miniBatch.names[item] ?? '') : String(miniBatch.rows[item]?.row);
}

/** Names of files, or rows as ranges. */
function itemsOf(miniBatch: MiniBatch): readonly string[] {
  if (miniBatch.kind === 'files') return miniBatch.names;
  const ranges: { first: number; last: number }[] = [];
  for (const { row } of miniBatch.rows) {
    const range = ranges.at(-1);
    if (range?.last === row - 1) range.last = row;
    else ranges.push({ first: row, last: row });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
}
