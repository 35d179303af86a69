import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { type Finding, finding } from './check.ts';

/** Starting a Python takes tens of milliseconds; a cold disk, seconds. */
const START_TIMEOUT_MS = 20_000;

/** The host of entry scripts runs on this one and later ones. */
const OLDEST_MINOR = 8;

/** In the order in which environments are built with them. */
const CONDA_TOOLS = ['micromamba', 'mamba', 'conda', 'pixi'];

const DESCRIBE = `import importlib.util as u, json, sys
print(json.dumps({"version": list(sys.version_info[:3]), "venv": all(map(u.find_spec, ("venv", "ensurepip")))}))`;

interface Python {
  readonly path: string;
  readonly version: readonly number[];
  /** Whether it can make environments by itself. */
  readonly venv: boolean;
}

/** What entry scripts in Python, and their environments, find on the search path of this shell; the server goes by its own. */
export async function checkPython(environment: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const python = await firstPython(folders);
  const uv = await programIn(folders, 'uv');
  const condas = await Promise.all(CONDA_TOOLS.map((name) => programIn(folders, name)));
  const conda = condas.find((path) => path !== undefined);
  return judge(python, uv, conda);
}

/** The finding about what was found; apart from looking for it. */
export function judge(
  python: Python | undefined,
  uv: string | undefined,
  conda: string | undefined,
): Finding {
  if (python === undefined) {
    const others = [uv, conda].filter((path) => path !== undefined);
    const there = others.length === 0 ? '' : ` ${others.join(' and ')} can install one.`;
    return finding(
      'python',
      'warning',
      `No Python 3.${OLDEST_MINOR} or later is on the PATH: entry scripts in Python cannot be served.${there} All else works without.`,
    );
  }
  const found = `Python ${python.version.join('.')} (${python.path})`;
  if (uv === undefined && !python.venv) {
    return finding(
      'python',
      'warning',
      `${found}, but it cannot make environments: install uv, or the modules venv and ensurepip (on Debian the package python3-venv).`,
    );
  }
  const withConda =
    conda === undefined ? `; none of ${CONDA_TOOLS.join(', ')} for conda packages` : `, or by ${conda}`;
  return finding('python', 'ok', `${found}; environments are built by ${uv ?? 'venv and pip'}${withConda}.`);
}

async function firstPython(folders: readonly string[]): Promise<Python | undefined> {
  for (const folder of folders) {
    const path = join(folder, 'python3');
    const python = (await isExecutable(path)) ? await describe(path) : undefined;
    const [major = 0, minor = 0] = python?.version ?? [];
    if (major === 3 && minor >= OLDEST_MINOR) return python;
  }
  return undefined;
}

/** `undefined` for one that does not run: such as a placeholder that only offers to install Python. */
async function describe(path: string): Promise<Python | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-I', '-c', DESCRIBE], { timeout: START_TIMEOUT_MS });
    return { path, ...(JSON.parse(stdout) as Omit<Python, 'path'>) };
  } catch {
    return undefined;
  }
}

async function programIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name);
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
