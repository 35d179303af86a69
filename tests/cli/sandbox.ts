import { cp, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  runProcess,
  type TestScope,
  temporaryFolder,
} from '@slipway/testkit';

/** The root of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** All commands of a document take some seconds, on a busy machine some more; then one of them has hung. */
export const DOCUMENT_TIMEOUT_MS = 240_000;

/** What a command printed, on both outputs in order, and how it ended. */
export interface Ran {
  readonly output: string;
  readonly exitCode: number | null;
}

/** Runs a line of shell in a folder of its own. */
export type Sandbox = (command: string) => Promise<Ran>;

/**
 * A folder with the digit model in it, `slipway` on the path, and a home and ports of its own. When the test ends, what runs is
 * stopped by `slipway down`, and nothing may be left.
 */
export async function createSandbox(scope: TestScope): Promise<Sandbox> {
  const folder = await temporaryFolder(scope);
  await cp(join(ROOT, 'examples', 'mnist', 'digits.onnx'), join(folder, 'digits.onnx'));
  for (const name of ['node_modules', 'examples']) await symlink(join(ROOT, name), join(folder, name));
  const env = {
    ...withoutSettingsOfNpm(),
    PATH: [join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    HOME: folder,
    // npm tells about its own new versions on standard error.
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    SLIPWAY_HOME: join(folder, 'home'),
    SLIPWAY_PORT: '0',
    SLIPWAY_GATEWAY_PORT: '0',
    SLIPWAY_URL: undefined,
    SLIPWAY_TOKEN: undefined,
    SLIPWAY_WORKSPACE: undefined,
  };
  const run: Sandbox = async (command) => {
    // One descriptor for both outputs keeps their order.
    const shell = ['-c', `exec 2>&1\n${command}`];
    const { code, stdout } = await runProcess(scope, 'bash', shell, { cwd: folder, env });
    return { output: stdout, exitCode: code };
  };
  onTestEnd(scope, async () => {
    await run('slipway down');
    try {
      await assertNothingLeft(folder);
    } finally {
      await killProcessesMentioning(folder);
    }
  });
  return run;
}

/**
 * Under `npm test` npm hands its settings on in the environment, the path of the user's file among them, and an `npx` in a
 * transcript would print its warnings about them. A reader's shell has none of this.
 */
function withoutSettingsOfNpm(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => /^npm_/i.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
