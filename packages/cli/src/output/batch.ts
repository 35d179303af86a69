import type { BatchEvent, BatchSummary } from '@slipway/sdk';
import type { Progress } from './progress.ts';

/** Cells of the bar. */
const BAR_CELLS = 24;

/** Failures that are told one by one; the summary and the logs have the rest. */
const SHOWN_FAILURES = 5;

/** Shows what a job tells, for a person who waits. */
export function showBatch(progress: Progress): (event: BatchEvent) => void {
  let failures = 0;
  return (event) => {
    switch (event.type) {
      case 'started':
        if (event.resumed !== null) progress.note(`Goes on: ${event.resumed.items} items are done already.`);
        progress.note(
          `Scoring ${event.format} in ${event.processes} ${plural(event.processes, 'process', 'processes')}.`,
        );
        break;
      case 'note':
        progress.note(event.message);
        break;
      case 'progress':
        progress.show(`${bar(event.fraction)} ${event.succeeded} succeeded, ${event.failed} failed`);
        break;
      case 'failure': {
        failures += 1;
        if (failures > SHOWN_FAILURES) break;
        progress.note(`Failed: ${placeOf(event)}: ${event.error}`);
        if (failures === SHOWN_FAILURES) progress.note('More failures are in logs/user/error.txt.');
        break;
      }
      case 'ended':
        break;
    }
  };
}

/** What a job that is done says of itself. */
export function describeSummary({ items, succeeded, failed, resultFile, output }: BatchSummary): string {
  const results = resultFile === null ? `Logs: ${output}/logs` : `Results: ${resultFile}`;
  const reasons = failed === 0 ? '' : `\nFailures: ${output}/failures.jsonl`;
  return `Scored ${items} ${plural(items, 'item', 'items')}: ${succeeded} succeeded, ${failed} failed.\n${results}${reasons}`;
}

/** `[######      ] 50 %` */
export function bar(fraction: number): string {
  const filled = Math.floor(fraction * BAR_CELLS);
  return `[${'#'.repeat(filled).padEnd(BAR_CELLS)}] ${Math.floor(fraction * 100)} %`;
}

function placeOf({ file, items, miniBatch }: Extract<BatchEvent, { type: 'failure' }>): string {
  const [first = '', ...others] = items;
  const which = others.length === 0 ? first : `${first} … ${others.at(-1)}`;
  return file === null
    ? `${which} (mini-batch ${miniBatch})`
    : `${file}, row ${which} (mini-batch ${miniBatch})`;
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
