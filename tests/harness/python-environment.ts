import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, type TestScope } from '@slipway/testkit';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/slipway-python');

/** An environment for Python that tests want. */
interface PythonEnvironment {
  /** Files with versions and digests. When one changes, another environment is made. */
  readonly locks: readonly string[];
  /** Fills the environment, which has nothing but pip, in a folder that will move. */
  readonly fill: (tools: { pip: Run; python: Run; folder: string }) => Promise<void>;
}

type Run = (...args: readonly string[]) => Promise<void>;

/**
 * The interpreter of an environment, made when it is first asked for and kept until its locks change. Throws what pip says
 * if it cannot be made: tests that need it are not skipped.
 */
export async function pythonEnvironment(scope: TestScope, wanted: PythonEnvironment): Promise<string> {
  const locks = wanted.locks.map((file) => readFileSync(file, 'utf8'));
  const folder = join(CACHE, hash('sha256', locks.join('\n'), 'hex').slice(0, 16));
  if (!(await exists(folder))) await make(scope, wanted, folder);
  return join(folder, 'bin/python');
}

async function make(scope: TestScope, wanted: PythonEnvironment, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  const python: Run = (...args) => run(scope, join(unfinished, 'bin/python'), args);
  const pip: Run = (...args) => python('-m', 'pip', '--disable-pip-version-check', '--quiet', ...args);
  await mkdir(CACHE, { recursive: true });
  try {
    await run(scope, 'python3', ['-m', 'venv', unfinished]);
    await wanted.fill({ pip, python, folder: unfinished });
    await moveUnlessThere(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** An environment finds itself by the place of its interpreter, so that it may move. */
async function moveUnlessThere(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (thrown) {
    if (!(await exists(folder))) throw thrown;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function run(scope: TestScope, command: string, args: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await runProcess(scope, command, args);
  if (code === 0) return;
  throw new Error(
    `The environment for Python cannot be made: "${command} ${args.join(' ')}" ended with ${code}. Python 3.11 or later with venv and pip is needed, and a registry.\n${stdout}${stderr}`,
  );
}
