import type { OperationEvent } from '@slipway/sdk';
import type { Progress } from './progress.ts';

/** Shows what an operation does, with how much of it is done where that is known. */
export function showOperation(progress: Progress, what: string): (event: OperationEvent) => void {
  progress.show(what);
  return (event) => {
    if (event.type === 'log') progress.show(`${what}: ${event.line.message}`);
    else progress.show(`${what}: ${event.operation.message}${percentOf(event.operation.percent)}`);
  };
}

function percentOf(percent: number | null): string {
  return percent === null ? '' : ` (${Math.round(percent)} %)`;
}
