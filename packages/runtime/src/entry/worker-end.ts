import { SlipwayError } from '@slipway/contract';
import type { FailedMessage } from './messages.ts';

/**
 * The error of a worker whose script said why it cannot be served. Nothing but another script helps where it cannot be imported
 * or breaks the rules; `init` may find another world.
 */
export function cannotStart(script: string, { stage, message }: Omit<FailedMessage, 'type'>): SlipwayError {
  return new SlipwayError('script_failed', `The entry script ${script} cannot be served: ${message}`, {
    details: { stage, permanent: stage !== 'init' },
  });
}

/** How a process ended: with a status or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The error of a worker whose process ended although nobody had told it to. */
export function endedUnasked(script: string, pid: number, end: ProcessEnd): SlipwayError {
  return new SlipwayError('script_failed', `The process of ${script} (pid ${pid}) ${describeEnd(end)}.`, {
    details: { ...end },
  });
}

/** How a process ended, in words that tell where to look. */
export function describeEnd({ code, signal }: ProcessEnd): string {
  if (signal === 'SIGKILL') {
    return 'was killed by SIGKILL: most likely the machine or its memory limit had no more memory for it';
  }
  if (signal === 'SIGSEGV' || signal === 'SIGABRT' || signal === 'SIGBUS' || signal === 'SIGILL') {
    return `was ended by ${signal}: native code that the script uses has crashed, and what it wrote stands in the log before this`;
  }
  if (signal !== null) return `was ended by ${signal}`;
  return `ended with status ${code}: the script, or a library that it uses, has called os._exit() or has closed the socket to the replica`;
}

/** Ends a process and all that it started in its group; nothing happens if they are gone. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
