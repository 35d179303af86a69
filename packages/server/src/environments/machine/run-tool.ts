import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SlipwayError } from '@slipway/contract';
import { splitLines } from './split-lines.ts';

/** Longest that one tool may take: the slowest builds compile for half an hour. */
const TOOL_TIMEOUT_MS = 2 * 60 * 60_000;

/** Longer lines are cut: a tool that prints megabytes without a break must not fill the memory. */
const MAX_LINE_LENGTH = 2_000;

/** For a tool that answers with a document, which may be one line: thousands of packages are a megabyte. */
export const DOCUMENT_LENGTH = 16_000_000;

/** Last lines that are kept of what a tool printed, to tell why it failed. */
const KEPT_LINES = 200;

/** The server's own settings, secrets among them, and what would lead a tool into another environment. */
const NOT_FOR_TOOLS = /^(?:SLIPWAY_|NODE_OPTIONS$|PYTHON(?:PATH|HOME|STARTUP)$|VIRTUAL_ENV$|CONDA_PREFIX$)/;

/** A program to be run to its end. */
export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Called with each line of its output. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly timeoutMs?: number | undefined;
  /** Characters of a line, which is cut if it is longer; default 2,000. */
  readonly maxLineLength?: number | undefined;
}

/** How a program ended, and the end of what it printed. */
export interface ToolEnd {
  /** `null` if a signal ended it. */
  readonly code: number | null;
  readonly lines: readonly string[];
}

/**
 * Runs a program in a process group of its own, which is killed as a whole when `signal` fires or the time is over: throws the
 * signal's reason, or `deadline_exceeded`. Settings of indexes, proxies and credentials (`PIP_*`, `UV_*`, `HTTPS_PROXY`,
 * `NETRC`, …) are passed through. Throws `unavailable` if it cannot be started.
 */
export async function runTool(run: ToolRun): Promise<ToolEnd> {
  run.signal.throwIfAborted();
  const child = spawn(run.command, run.args, {
    cwd: run.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...toolEnvironment(process.env), NO_COLOR: '1', PYTHONUNBUFFERED: '1' },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    splitLines(stream, run.maxLineLength ?? MAX_LINE_LENGTH, (line) => {
      if (lines.push(line) > KEPT_LINES) lines.shift();
      run.onLine?.(line);
    });
  }
  const kill = () => killGroup(child.pid);
  const timeout = AbortSignal.timeout(run.timeoutMs ?? TOOL_TIMEOUT_MS);
  const either = AbortSignal.any([run.signal, timeout]);
  either.addEventListener('abort', kill, { once: true });
  try {
    await untilClosed(child, run.command);
  } finally {
    either.removeEventListener('abort', kill);
  }
  run.signal.throwIfAborted();
  if (timeout.aborted) throw tookTooLong(run);
  return { code: child.exitCode, lines };
}

async function untilClosed(child: ChildProcess, command: string): Promise<void> {
  // What it left in the background would hold its output open.
  child.once('exit', () => killGroup(child.pid));
  try {
    await once(child, 'close');
  } catch (cause) {
    throw new SlipwayError('unavailable', `${command} cannot be started: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/** Kills a process and everything in the group that it leads; what is gone is no error. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended, or leads no group.
    }
  }
}

function toolEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !NOT_FOR_TOOLS.test(name)));
}

function tookTooLong({ command, args, timeoutMs = TOOL_TIMEOUT_MS }: ToolRun): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `${[command, ...args].join(' ')} did not end within ${Math.round(timeoutMs / 1000)} s and was killed.`,
  );
}
