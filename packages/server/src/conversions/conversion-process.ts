import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ConvertEvent, type ConvertJob, errorFromBody, SlipwayError } from '@slipway/contract';
import { killGroup } from '../environments/machine/run-tool.ts';
import { splitLines } from '../environments/machine/split-lines.ts';
import { withoutOwnVariables } from '../processes/start-detached.ts';
import { MEMORY_HOW_TO, outOfMemory, watchMemory } from './memory-limit.ts';

/** A line of events: a report names every op and tensor of a model. */
const MAX_LINE_LENGTH = 16_000_000;

/** Of what it said before it ended without a word. */
const KEPT_WORDS = 2_000;

/** V8 reserves address space that it never fills, which the system's limit counts. */
const RESERVED_BYTES = 1 << 30;

/** What a failed allocation leaves on standard error: of V8, of C++, of the system's limit. */
const OUT_OF_MEMORY = /out of memory|bad_alloc|allocation failed|cannot allocate memory/i;

/** A conversion to be run in a process of its own. */
export interface ConversionRun {
  /** The JavaScript file of the process. */
  readonly main: string;
  readonly job: ConvertJob;
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onNote: (note: Extract<ConvertEvent, { type: 'note' }>) => void;
}

export type Converted = Extract<ConvertEvent, { type: 'converted' }>;

/**
 * Runs a conversion in a process group of its own, which is killed as a whole when `signal` fires, the time is over or
 * it takes too much memory. Its folder stands in its command line, by which a later server finds it. Throws what the
 * process tells, the signal's reason, `deadline_exceeded`, `unschedulable` for the memory, `internal`.
 */
export async function runConversion(run: ConversionRun): Promise<Converted> {
  const { job, memoryBytes, signal } = run;
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(run.timeoutMs);
  const tooMuch = new AbortController();
  const child = startProcess(run);
  const kill = () => killGroup(child.pid);
  const either = AbortSignal.any([signal, timeout, tooMuch.signal]);
  either.addEventListener('abort', kill, { once: true });
  const watch = watchMemory(child.pid, memoryBytes, (error) => tooMuch.abort(error));
  let end: Exclude<ConvertEvent, { type: 'note' }> | undefined;
  let said = '';
  splitLines(child.stdout, MAX_LINE_LENGTH, (line) => {
    const event = JSON.parse(line) as ConvertEvent;
    if (event.type === 'note') run.onNote(event);
    else end = event;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_WORDS);
  });
  // It ends when it is told nothing more; how it ended says more than a broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(job)}\n`);
  try {
    await untilClosed(child);
  } finally {
    watch.stop();
    either.removeEventListener('abort', kill);
  }
  signal.throwIfAborted();
  tooMuch.signal.throwIfAborted();
  if (timeout.aborted) throw tookTooLong(run.timeoutMs);
  if (end?.type === 'converted') {
    // What it took for a moment was not seen from outside.
    const { peakMemory } = end.report;
    if (peakMemory > memoryBytes) throw outOfMemory(memoryBytes, peakMemory);
    return end;
  }
  if (end?.type === 'failed') throw errorFromBody(end.error);
  throw endedSilently(child, said, memoryBytes);
}

function startProcess({ main, job, memoryBytes }: ConversionRun) {
  const heap = `--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`;
  const command = [process.execPath, heap, main, '--work', job.work];
  const limit = Math.ceil((memoryBytes + RESERVED_BYTES) / 1024);
  // A stricter limit that is there already stays.
  const script = 'ulimit -S -d "$0" 2>/dev/null; exec "$@"';
  const limited =
    process.platform === 'linux' ? ['/bin/sh', '-c', script, String(limit), ...command] : command;
  const [program = '', ...args] = limited;
  return spawn(program, args, {
    cwd: job.work,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...withoutOwnVariables(process.env), ORT_DISABLE_TELEMETRY: '1' },
  });
}

async function untilClosed(child: ChildProcess): Promise<void> {
  // What it left in the background would hold its output open.
  child.once('exit', () => killGroup(child.pid));
  try {
    await once(child, 'close');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new SlipwayError('unavailable', `The process of the conversion cannot be started: ${why}.`, {
      cause,
    });
  }
}

function endedSilently(child: ChildProcess, said: string, memoryBytes: number): SlipwayError {
  if (OUT_OF_MEMORY.test(said)) return outOfMemory(memoryBytes);
  const how = child.signalCode ?? `status ${child.exitCode}`;
  const killed =
    child.signalCode === 'SIGKILL' ? ` Where the system was short of memory, ${MEMORY_HOW_TO}` : '';
  return new SlipwayError(
    'internal',
    `The process of the conversion ended (${how}) without a word of how: ${said.trim() || 'it said nothing'}.${killed}`,
    { details: { signal: child.signalCode } },
  );
}

function tookTooLong(timeoutMs: number): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `The conversion was ended after the ${timeoutMs / 1000} s that it may take. Give it more with timeoutSeconds (--timeout).`,
    { details: { field: 'timeoutSeconds', timeoutSeconds: timeoutMs / 1000 } },
  );
}
