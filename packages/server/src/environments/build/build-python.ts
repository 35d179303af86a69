import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { OwnInterpreter, PipPackages } from '../definition/parsed-definition.ts';
import { comparePythons, formatPython, OLDEST_PYTHON } from '../definition/python-wish.ts';
import { choosePython } from '../machine/choose-python.ts';
import { describePython, type InstalledPackage } from '../machine/describe-python.ts';
import { findPythons } from '../machine/find-pythons.ts';
import { runTool } from '../machine/run-tool.ts';
import type { BuiltParts, Workplace } from './builder.ts';
import { lockOf, readPipReport } from './pip-lock.ts';
import type { Tool } from './plan-build.ts';
import { runStep } from './run-step.ts';

/** The first pip that can report what it installed, hashes included, as JSON. */
const FIRST_PIP_WITH_REPORT = 23;

const PERCENT = { python: 5, environment: 15, resolved: 50, installed: 85 };

/** Builds a virtual environment with uv or, where there is none, with what Python brings. */
export async function buildPip(packages: PipPackages, tool: Tool, work: Workplace): Promise<BuiltParts> {
  const base = choosePython(packages.python, await findPythons(process.env, work.signal));
  const what = `Python ${formatPython(base.version)}`;
  work.tell(`Builds with ${what} of ${base.path} and ${tool.name}.`, PERCENT.python);
  const interpreter = join(work.folder, 'bin', 'python');
  const install = tool.name === 'uv' ? installWithUv(tool.path) : installWithPip;
  const lock = await install(
    { base: base.path, interpreter, requirements: packages.requirements, what },
    work,
  );
  work.tell('All packages are installed.', PERCENT.installed);
  const described = await describePython(interpreter, work.signal, { packages: true });
  return {
    python: formatPython(described.version),
    interpreter,
    sitePath: described.sitePath,
    bin: join(work.folder, 'bin'),
    env: { ...packages.variables, VIRTUAL_ENV: work.folder },
    packages: described.packages.length,
    lock: lock(described.packages),
  };
}

interface Installation {
  /** The Python that the environment stands on, and the one in it. */
  readonly base: string;
  readonly interpreter: string;
  readonly requirements: readonly string[];
  readonly what: string;
}

/** Writes the lock of what is installed. */
type Lock = (installed: readonly InstalledPackage[]) => string;

function installWithUv(uv: string) {
  return async ({ base, interpreter, requirements, what }: Installation, work: Workplace): Promise<Lock> => {
    const run = (...args: readonly string[]) => runStep(work, { command: uv, args }, what);
    await run('venv', '--no-project', '--python', base, work.folder);
    const wanted = await writeRequirements(work.folder, requirements);
    const locked = join(work.folder, 'requirements.lock');
    work.tell('Looks for the packages.', PERCENT.environment);
    await run(
      'pip',
      'compile',
      '--quiet',
      '--generate-hashes',
      '--no-header',
      '--python',
      interpreter,
      '--output-file',
      locked,
      wanted,
    );
    work.tell('Installs the packages.', PERCENT.resolved);
    if (requirements.length > 0)
      await run('pip', 'install', '--python', interpreter, '--requirements', locked);
    const text = await readFile(locked, 'utf8');
    return () => text;
  };
}

async function installWithPip(
  { base, interpreter, requirements, what }: Installation,
  work: Workplace,
): Promise<Lock> {
  await runStep(work, { command: base, args: ['-m', 'venv', work.folder] }, what);
  const wanted = await writeRequirements(work.folder, requirements);
  work.tell('Looks for the packages and installs them.', PERCENT.environment);
  const report = join(work.folder, 'pip-report.json');
  const reporting = (await pipMajor(interpreter, work)) >= FIRST_PIP_WITH_REPORT;
  const options = ['--no-input', '--progress-bar', 'off', ...(reporting ? ['--report', report] : [])];
  await runStep(
    work,
    { command: interpreter, args: ['-m', 'pip', 'install', ...options, '-r', wanted] },
    what,
  );
  const hashes = reporting
    ? readPipReport(await readFile(report, 'utf8'))
    : new Map<string, readonly string[]>();
  return (installed) => lockOf(installed, hashes);
}

async function writeRequirements(folder: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, 'requirements.txt');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  return path;
}

async function pipMajor(interpreter: string, { folder, signal }: Workplace): Promise<number> {
  const { lines } = await runTool({
    command: interpreter,
    args: ['-m', 'pip', '--version'],
    cwd: folder,
    signal,
  });
  return Number(/^pip ([0-9]+)/.exec(lines.join('\n'))?.[1] ?? 0);
}

/** Looks at a Python that is there already; nothing is built. Throws `unavailable`, `unsupported` (too old). */
export async function lookAtInterpreter({ path }: OwnInterpreter, work: Workplace): Promise<BuiltParts> {
  const { version, packages } = await describePython(path, work.signal, { packages: true });
  if (comparePythons(version, OLDEST_PYTHON) < 0) throw tooOld(path, formatPython(version));
  work.tell(`${path} is Python ${formatPython(version)}.`, PERCENT.installed);
  return {
    python: formatPython(version),
    interpreter: path,
    sitePath: null,
    bin: null,
    env: {},
    packages: packages.length,
    lock: lockOf(packages, new Map()),
  };
}

function tooOld(path: string, version: string): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `${path} is Python ${version}, but the host of entry scripts needs ${formatPython(OLDEST_PYTHON)} or later.`,
    { details: { path, python: version } },
  );
}
