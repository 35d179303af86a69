import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReplicaEntry, ReplicaSpec } from '@slipway/contract';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { type ReplicaSetUp, startReplica, type TestReplica, writeReplicaFiles } from '../replica-fixtures.ts';

export interface ScriptSetUp extends Omit<ReplicaSetUp, 'model'> {
  readonly entry?: Partial<ReplicaEntry>;
  /** Files of the source folder beside the script, by their path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Any Python 3.8 or later will do. */
export const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();

/** A replica that serves this script. */
export async function startScript(
  scope: TestScope,
  script: string,
  setUp: ScriptSetUp = {},
): Promise<TestReplica> {
  return startReplica(scope, await scriptReplica(scope, script, setUp));
}

/** The spec of such a replica, with its files in place. */
export async function writeScript(
  scope: TestScope,
  script: string,
  setUp: ScriptSetUp = {},
): Promise<ReplicaSpec> {
  return writeReplicaFiles(scope, await scriptReplica(scope, script, setUp));
}

/** A replica that serves this TypeScript. */
export function startTypeScript(
  scope: TestScope,
  script: string,
  setUp: ScriptSetUp = {},
): Promise<TestReplica> {
  return startScript(scope, '', typeScript(script, setUp));
}

/** Its spec, with its files in place. */
export function writeTypeScript(
  scope: TestScope,
  script: string,
  setUp: ScriptSetUp = {},
): Promise<ReplicaSpec> {
  return writeScript(scope, '', typeScript(script, setUp));
}

function typeScript(script: string, { entry, files, ...rest }: ScriptSetUp): ScriptSetUp {
  return {
    ...rest,
    files: { 'score.ts': script, ...files },
    entry: { language: 'javascript', script: 'score.ts', interpreter: null, ...entry },
  };
}

async function scriptReplica(scope: TestScope, script: string, setUp: ScriptSetUp): Promise<ReplicaSetUp> {
  const { entry, files = {}, ...rest } = setUp;
  const sourceDir = await temporaryFolder(scope);
  for (const [path, text] of Object.entries({ 'score.py': script, ...files })) {
    await mkdir(dirname(join(sourceDir, path)), { recursive: true });
    await writeFile(join(sourceDir, path), text);
  }
  return {
    model: new Uint8Array(),
    ...rest,
    spec: {
      models: [],
      ...rest.spec,
      entry: {
        language: 'python',
        sourceDir,
        script: 'score.py',
        interpreter: PYTHON,
        workers: 1,
        modelsDir: sourceDir,
        env: {},
        encodeNumpy: false,
        startTimeoutMs: 20_000,
        ...entry,
      },
    },
  };
}

/** The lines that a replica has logged, parsed. */
export function logLines({ process }: Pick<TestReplica, 'process'>): readonly Record<string, unknown>[] {
  const lines = process.stdout().split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

/** A line of the log that matches. */
export function logged(replica: TestReplica, pattern: RegExp): Promise<unknown> {
  return waitFor(() => logLines(replica).some((line) => pattern.test(JSON.stringify(line))), {
    what: `${pattern} in the log`,
  });
}

/** Two workers, after so many that were replaced. */
export function bothReady(replica: TestReplica, replaced: number): Promise<unknown> {
  const starts = () => logLines(replica).filter(({ msg }) => msg === 'A worker is ready.').length;
  return waitFor(() => starts() === 2 + replaced, { what: 'the replacement to be ready', timeoutMs: 20_000 });
}
