import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NpmPackages } from '../definition/parsed-definition.ts';
import type { BuiltParts, Workplace } from './builder.ts';
import type { Tool } from './plan-build.ts';
import { runStep } from './run-step.ts';

/** Installs what a package.json asks for to run; install scripts of packages do not run unless that was allowed. */
export async function buildNpm(packages: NpmPackages, { path }: Tool, work: Workplace): Promise<BuiltParts> {
  const lock = join(work.folder, 'package-lock.json');
  await writeFile(join(work.folder, 'package.json'), packages.packageJson, { mode: 0o600 });
  if (packages.packageLock !== null) await writeFile(lock, packages.packageLock, { mode: 0o600 });
  work.tell('Installs the packages.', 10);
  const args = [
    packages.packageLock === null ? 'install' : 'ci',
    '--prefix',
    work.folder,
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    ...(packages.allowScripts ? [] : ['--ignore-scripts']),
  ];
  await runStep(work, { command: path, args }, 'npm');
  work.tell('All packages are installed.', 85);
  const text = await readFile(lock, 'utf8');
  return {
    python: null,
    interpreter: null,
    sitePath: join(work.folder, 'node_modules'),
    bin: null,
    env: {},
    packages: countPackages(text),
    lock: text,
  };
}

/** Packages in a lock of npm, version 2 or later; the first member is the project itself. */
function countPackages(lock: string): number {
  const { packages = {} } = JSON.parse(lock) as {
    readonly packages?: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true).length;
}
