import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestEnd, type TestScope } from '../cleanup.ts';
import { waitFor } from '../wait-for.ts';

/** The most of each output stream that is kept, in characters; what came first is dropped. */
const KEPT_OUTPUT = 1_000_000;

/** How a process ended: with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  readonly pid: number;
  /** What it has written until now. */
  stdout(): string;
  stderr(): string;
  /** Resolves when the process has ended and its output is complete. */
  readonly exit: Promise<ProcessExit>;
  /** Waits until `pattern` stands in either output; throws, with the output, if the process ends before. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Sends the signal (SIGTERM) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<ProcessExit>;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** Added to the environment of the test; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for its standard input, which is closed after it. */
  readonly input?: string;
}

/** Starts a program; when the test ends, it is killed if it still runs, and its end is awaited. */
export async function startProcess(
  scope: TestScope,
  command: string,
  args: readonly string[],
  { cwd, env, input = '' }: ProcessOptions = {},
): Promise<StartedProcess> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  await once(child, 'spawn');
  const exit = ended(child);
  onTestEnd(scope, () => stop('SIGKILL').then(() => undefined));
  // A program that ends without reading its input closes the pipe; its exit tells more than EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return { pid: child.pid ?? 0, stdout, stderr, exit, waitForOutput, stop };

  async function waitForOutput(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpMatchArray> {
    let found: RegExpMatchArray | null = null;
    await waitFor(
      () => {
        const over = hasEnded(child);
        found = stdout().match(pattern) ?? stderr().match(pattern);
        return found !== null || over;
      },
      { what: `${pattern} in the output of ${command}`, timeoutMs },
    );
    if (found === null) throw new Error(`${command} ended without ${pattern}:\n${stdout()}${stderr()}`);
    return found;
  }

  function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessExit> {
    if (!hasEnded(child)) child.kill(signal);
    return exit;
  }
}

/** Runs a program to its end. */
export async function runProcess(
  scope: TestScope,
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessExit & { readonly stdout: string; readonly stderr: string }> {
  const started = await startProcess(scope, command, args, options);
  const exit = await started.exit;
  return { ...exit, stdout: started.stdout(), stderr: started.stderr() };
}

async function ended(child: ChildProcess): Promise<ProcessExit> {
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT_OUTPUT);
  });
  return () => text;
}
