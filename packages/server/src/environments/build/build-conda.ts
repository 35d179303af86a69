import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CondaPackages } from '../definition/parsed-definition.ts';
import { formatPython } from '../definition/python-wish.ts';
import { describePython } from '../machine/describe-python.ts';
import type { BuiltParts, Workplace } from './builder.ts';
import { lockOf } from './pip-lock.ts';
import type { Tool } from './plan-build.ts';
import { runStep } from './run-step.ts';

/** Builds an environment of conda packages with the tool that is there. */
export async function buildConda(packages: CondaPackages, tool: Tool, work: Workplace): Promise<BuiltParts> {
  work.tell(`Builds with ${tool.name} of ${tool.path}.`, 5);
  const file = join(work.folder, 'environment.yml');
  await writeFile(file, packages.specification, { mode: 0o600 });
  const prefix = await createPrefix(tool, file, work);
  work.tell('All packages are installed.', 85);
  const interpreter = join(prefix, 'bin', 'python');
  const described = await describePython(interpreter, work.signal, { packages: true });
  const conda = await readCondaMeta(join(prefix, 'conda-meta'));
  const others = described.packages.filter(({ installer }) => installer !== 'conda');
  return {
    python: formatPython(described.version),
    interpreter,
    sitePath: described.sitePath,
    bin: join(prefix, 'bin'),
    env: { ...packages.variables, CONDA_PREFIX: prefix },
    packages: conda.length + others.length,
    lock: `@EXPLICIT\n${conda.map((line) => `${line}\n`).join('')}${others.length === 0 ? '' : `# pip\n${lockOf(others, new Map())}`}`,
  };
}

/** Makes the environment and answers its folder. */
async function createPrefix({ name, path }: Tool, file: string, work: Workplace): Promise<string> {
  const run = (...args: readonly string[]) => runStep(work, { command: path, args }, name);
  const prefix = join(work.folder, 'env');
  if (name === 'pixi') {
    await run('init', '--import', file, prefix);
    await run('install', '--manifest-path', join(prefix, 'pixi.toml'));
    return join(prefix, '.pixi', 'envs', 'default');
  }
  if (name === 'micromamba') await run('create', '--yes', '--prefix', prefix, '--file', file);
  else await run('env', 'create', '--prefix', prefix, '--file', file);
  return prefix;
}

interface CondaRecord {
  readonly url: string;
  readonly md5?: string;
}

/** The packages of conda in an environment, as its explicit files name them: every tool notes them there. */
async function readCondaMeta(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const records = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as CondaRecord),
  );
  return records.map(({ url, md5 }) => (md5 === undefined ? url : `${url}#${md5}`));
}
