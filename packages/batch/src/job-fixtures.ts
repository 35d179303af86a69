import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BatchEvent, BatchSpec, BatchSummary } from '@slipway/contract';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** Any Python 3.8 or later will do. */
export const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();

/** Files below a folder of the test's own: `in/…` is the input, `score.py` the script if there is one. */
export async function jobFolder(
  scope: TestScope,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = await temporaryFolder(scope);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A job over `in` into `out`, with `score.py`. */
export function scriptJob(folder: string, settings: BatchSpec['settings'] = {}): BatchSpec {
  return {
    input: join(folder, 'in'),
    output: join(folder, 'out'),
    script: {
      sourceDir: folder,
      script: 'score.py',
      isWholeFolder: false,
      runsIn: { language: 'python', interpreter: PYTHON },
    },
    models: [],
    accelerator: null,
    serverGpus: null,
    settings: { processCount: 2, ...settings },
  };
}

/** A job over `in` into `out`, with a model alone. */
export function modelJob(folder: string, settings: BatchSpec['settings'] = {}): BatchSpec {
  const models = [{ name: 'model', version: 1, path: join(folder, 'model.onnx') }];
  return { ...scriptJob(folder, settings), script: null, models };
}

/** A process of a job. */
export interface TestJob {
  readonly child: ChildProcess;
  readonly events: readonly BatchEvent[];
  /** How it ended; `undefined` if it was killed before it could say so. */
  readonly summary: Promise<BatchSummary | undefined>;
}

/** Starts a job as SDK and command line do. */
export function startJob(
  scope: TestScope,
  spec: BatchSpec,
  env: Readonly<Record<string, string>> = {},
): TestJob {
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestEnd(scope, async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(`${JSON.stringify(spec)}\n`);
  const events: BatchEvent[] = [];
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  }
  const summary = once(child, 'close').then(() => {
    const last = events.at(-1);
    return last?.type === 'ended' ? last.summary : undefined;
  });
  return { child, events, summary };
}

/** Runs a job to its end. */
export async function runToEnd(
  scope: TestScope,
  spec: BatchSpec,
  env?: Readonly<Record<string, string>>,
): Promise<BatchSummary> {
  const summary = await startJob(scope, spec, env).summary;
  if (summary === undefined) throw new Error('The job ended without a summary.');
  return summary;
}
