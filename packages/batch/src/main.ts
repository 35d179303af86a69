import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  type BatchEvent,
  type BatchSpec,
  type BatchSummary,
  SlipwayError,
  toSlipwayError,
} from '@slipway/contract';
import { runJob } from './job/run-job.ts';

/** Runs the job that stands on the first line of standard input. The exit code is 0 if it is done, else 1. */
async function main(): Promise<number> {
  const stop = new AbortController();
  const end = () =>
    stop.abort(
      new SlipwayError('cancelled', 'The job was stopped. Begin it again, and it goes on where it was.'),
    );
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  // Whoever started the job and reads what it tells has gone.
  process.stdout.on('error', end);
  const lines = createInterface({ input: process.stdin });
  lines.once('close', end);
  const [line] = (await once(lines, 'line')) as [string];
  const summary = await run(JSON.parse(line) as BatchSpec, stop.signal);
  await tell({ type: 'ended', summary });
  return summary.state === 'done' ? 0 : 1;
}

async function run(spec: BatchSpec, signal: AbortSignal): Promise<BatchSummary> {
  try {
    return await runJob(spec, (event) => void tell(event), signal);
  } catch (thrown) {
    const counts = { items: 0, succeeded: 0, failed: 0, miniBatches: 0 };
    const error = toSlipwayError(thrown).toJSON();
    return {
      state: 'failed',
      error,
      ...counts,
      resultFile: null,
      output: spec.output,
      failures: [],
      durationMs: 0,
    };
  }
}

async function tell(event: BatchEvent): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(event)}\n`, () => resolve()));
}

process.exit(await main());
