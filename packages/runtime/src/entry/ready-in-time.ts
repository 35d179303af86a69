import { SlipwayError } from '@slipway/contract';
import { draining } from '../scheduling/refusals.ts';

/** A worker whose script is being imported, and then its `init` run. */
interface StartingWorker {
  readonly ready: Promise<void>;
  kill(reason: SlipwayError): void;
}

interface Start {
  /** Of the script, for messages. */
  readonly script: string;
  readonly startTimeoutMs: number;
}

/** Waits until the worker is ready; one that is not in time, or not wanted any more, is killed, and rejects with why. */
export async function readyInTime<W extends StartingWorker>(
  worker: W,
  { script, startTimeoutMs }: Start,
  signal: AbortSignal,
): Promise<W> {
  const abort = () => worker.kill(draining());
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => worker.kill(notReady(script, startTimeoutMs)), startTimeoutMs);
  try {
    await worker.ready;
    return worker;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function notReady(script: string, startTimeoutMs: number): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `init() of ${script} did not return within ${startTimeoutMs} ms. Do less in it, or raise the start timeout of the deployment.`,
    { details: { permanent: false } },
  );
}
