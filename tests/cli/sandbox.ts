import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A deployment takes a second or two; a command that has not ended after this has hung. */
const COMMAND_TIMEOUT_MS = 60_000;

/** What a command printed, on both outputs in order, and how it ended. */
export interface Ran {
  readonly output: string;
  readonly exitCode: number;
}

/** A folder of its own with the digit model in it, and a home of its own on free ports. */
export interface Sandbox {
  readonly folder: string;
  /** Runs a line of shell in the folder, with `slipway` on its path. */
  run(command: string): Promise<Ran>;
  /** Stops what runs, and removes everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function createSandbox(): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-transcript-')));
  await cp(join(ROOT, 'examples', 'mnist', 'digits.onnx'), join(folder, 'digits.onnx'));
  for (const name of ['node_modules', 'examples']) await symlink(join(ROOT, name), join(folder, name));
  const env = {
    PATH: [join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    HOME: folder,
    SLIPWAY_HOME: join(folder, 'home'),
    SLIPWAY_PORT: '0',
    SLIPWAY_GATEWAY_PORT: '0',
  };
  const run = (command: string) => shell(command, folder, env);
  return {
    folder,
    run,
    async [Symbol.asyncDispose]() {
      const { output, exitCode } = await run('slipway down');
      assert.equal(exitCode, 0, output);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function shell(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 16 << 20 };
    // One descriptor for both outputs keeps their order.
    execFile('bash', ['-c', `exec 2>&1\n${command}`], options, (error, output) => {
      resolve({ output, exitCode: error === null ? 0 : Number(error.code ?? -1) });
    });
  });
}
