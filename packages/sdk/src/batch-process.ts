import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type BatchEvent, type BatchSpec, type BatchSummary, SlipwayError } from '@slipway/contract';

/** A job that is told to stop ends its processes at once; one that has not after this time hangs. */
const STOP_MS = 30_000;

/**
 * Runs a job in a process of its own and hands on what it tells. Resolves with how it ended; the signal stops it. Throws `unsupported`
 * where the package of batch scoring is not installed.
 */
export async function runBatchProcess(
  spec: BatchSpec,
  onEvent: ((event: BatchEvent) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<BatchSummary> {
  signal?.throwIfAborted();
  // A session of its own: Ctrl-C is for whoever started the job, who then stops it in order.
  // The folder stands in its command line so that people, and tests, find the process of a job.
  const child = spawn(process.execPath, [batchMain(), '--output', spec.output], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.stdin.end();
    timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  };
  signal?.addEventListener('abort', stop);
  let summary: BatchSummary | undefined;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  // It ends when it is told nothing more; how it ended says more than a broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(spec)}\n`);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as BatchEvent;
    if (event.type === 'ended') summary = event.summary;
    onEvent?.(event);
  });
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    if (summary !== undefined) return summary;
    throw new SlipwayError(
      'internal',
      `The process of the job ended (${killedBy ?? `status ${code}`}) without a word of how: ${said.trim() || 'it said nothing'}. Run the job again: it goes on where it was.`,
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function batchMain(): string {
  try {
    return fileURLToPath(import.meta.resolve('@slipway/batch/main'));
  } catch (cause) {
    throw new SlipwayError('unsupported', 'Batch scoring is not installed: npm install @slipway/batch.', {
      cause,
    });
  }
}
