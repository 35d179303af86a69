import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runProcess, temporaryFolder, withScope } from '@slipway/testkit';
import { pythonEnvironment } from '../harness/python-environment.ts';
import type { ParityOptions } from './parity/parity.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements-catalogue.txt');
const GRAPH = join(import.meta.dirname, '../../packages/graph');
const SCRIPT = join(GRAPH, 'scripts/make-catalogue-fixtures.py');

/**
 * Holds the accelerated networks, in full size, to TF-slim, Keras and torchvision; whether all is well. `oracles` is a
 * folder of networks that make-catalogue-fixtures.py has made with --full.
 */
export async function catalogue({ python, oracles }: ParityOptions): Promise<boolean> {
  if (oracles !== undefined) return passes(oracles);
  return await withScope(async (scope) => {
    const folder = await temporaryFolder(scope);
    const interpreter =
      python ??
      (await pythonEnvironment(scope, {
        locks: [REQUIREMENTS],
        fill: ({ pip }) => pip('install', '-r', REQUIREMENTS),
      }));
    const { code, stderr } = await runProcess(scope, interpreter, [SCRIPT, '--full', folder]);
    if (code !== 0) throw new Error(`The networks were not made:\n${stderr.slice(-4000)}`);
    return passes(folder);
  });
}

function passes(folder: string): boolean {
  const file = join(GRAPH, 'dist/catalogue/parity.test.js');
  const env = { ...process.env, CATALOGUE_NETWORKS: folder };
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], {
    stdio: 'inherit',
    env,
  });
  return status === 0;
}
