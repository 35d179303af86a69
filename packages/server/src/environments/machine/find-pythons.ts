import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { PythonVersion } from '../definition/python-wish.ts';
import { describePython } from './describe-python.ts';
import { DOCUMENT_LENGTH, runTool } from './run-tool.ts';
import { filesLike, findProgram, searchPath } from './search-path.ts';

/** A Python of this machine. */
export interface FoundPython {
  readonly path: string;
  readonly version: PythonVersion;
}

/** Programs that are tried: a machine with more has them for another reason. */
const MAX_TRIED = 64;

/** Pythons that are asked at once. */
const ASKED_AT_ONCE = 4;

const UV_TIMEOUT_MS = 20_000;

/**
 * The Pythons of this machine, each once: on the search path, of pyenv, and that uv has installed, in this order. What
 * does not run is left out.
 */
export async function findPythons(
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly FoundPython[]> {
  const candidates = [...new Set(await candidatesOf(environment, signal))].slice(0, MAX_TRIED);
  const found: (FoundPython | undefined)[] = [];
  for (let at = 0; at < candidates.length; at += ASKED_AT_ONCE) {
    const some = candidates.slice(at, at + ASKED_AT_ONCE);
    found.push(...(await Promise.all(some.map((path) => ask(path, signal)))));
  }
  signal.throwIfAborted();
  const known = new Set<string>();
  return found
    .filter((python) => python !== undefined)
    .filter(({ path }) => !known.has(path) && known.add(path));
}

async function candidatesOf(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<readonly string[]> {
  const folders = searchPath(environment);
  const onPath = await Promise.all(folders.map((folder) => filesLike(folder, /^python3?(?:\.[0-9]+)?$/)));
  const versions = join(environment['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const ofPyenv = (await filesLike(versions, /^[0-9]/)).map((version) => join(version, 'bin', 'python'));
  // Shims of pyenv stand for the Pythons that are found themselves; `python3` tells which of them comes first.
  const own = onPath
    .flat()
    .filter((path) => basename(dirname(path)) !== 'shims' || basename(path) === 'python3');
  const uv = await findProgram(['uv'], folders);
  return [...own, ...ofPyenv, ...(uv === undefined ? [] : await pythonsOfUv(uv.path, signal))];
}

async function pythonsOfUv(uv: string, signal: AbortSignal): Promise<readonly string[]> {
  const output: string[] = [];
  const args = ['python', 'list', '--only-installed', '--output-format', 'json'];
  const run = {
    command: uv,
    args,
    cwd: '/',
    signal,
    timeoutMs: UV_TIMEOUT_MS,
    maxLineLength: DOCUMENT_LENGTH,
    onLine: (line: string) => output.push(line),
  };
  const { code } = await runTool(run);
  if (code !== 0) return [];
  // The list is one line; warnings stand before it.
  const listed = JSON.parse(output.find((line) => line.startsWith('[')) ?? '[]') as readonly {
    readonly path: string | null;
  }[];
  return listed.flatMap(({ path }) => (path === null ? [] : [path]));
}

async function ask(path: string, signal: AbortSignal): Promise<FoundPython | undefined> {
  try {
    const { executable, version } = await describePython(path, signal, { packages: false });
    return { path: executable, version };
  } catch {
    return undefined;
  }
}
