// What is too long for npm test: npm run test:heavy -- [NAME…] [--python FILE] [--oracles FOLDER]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogue } from './catalogue.ts';
import { NETWORKS } from './parity/networks.ts';
import { parity } from './parity/parity.ts';

/** The flow of the GPU example, with real TensorFlow. */
const FLOW = 'gpu-mnist';
/** A checkpoint of 5 GiB, which needs no TensorFlow. */
const CHECKPOINT = 'large-checkpoint';
const CHECKPOINT_BYTES = 5 * 1024 ** 3;
/** Conversions by both engines, in a server with TensorFlow. */
const CONVERSION = 'conversion';
/** The accelerated networks in full size, against the frameworks that their weights are from. */
const CATALOGUE = 'catalogue';
const NAMES: readonly string[] = [FLOW, CHECKPOINT, CONVERSION, CATALOGUE, ...NETWORKS];

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, oracles: { type: 'string' } },
});
const unknown = asked.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.`);
  process.exit(1);
}
for (const name of asked.length > 0 ? asked : NAMES) {
  console.log(name);
  if (!(await run(name))) process.exitCode = 1;
}

async function run(name: string): Promise<boolean> {
  switch (name) {
    case FLOW:
      return flow();
    case CHECKPOINT:
      return largeCheckpoint();
    case CONVERSION:
      return conversion();
    case CATALOGUE:
      return await catalogue(options);
    default:
      return await parity(name, options);
  }
}

function flow(): boolean {
  const script = join(import.meta.dirname, '../../examples/gpu-mnist/flow.ts');
  const { status } = spawnSync(process.execPath, [script, '--tensorflow'], { stdio: 'inherit' });
  return status === 0;
}

function largeCheckpoint(): boolean {
  const file = join(import.meta.dirname, '../../packages/graph/dist/import/large-checkpoint.test.js');
  return passes(file, { CHECKPOINT_BYTES: String(CHECKPOINT_BYTES) });
}

/** Without --python, the server builds the environment from PyPI. */
function conversion(): boolean {
  const file = join(import.meta.dirname, '../conversion/engines.test.ts');
  return passes(file, { SLIPWAY_TENSORFLOW: options.python ?? 'build' });
}

function passes(file: string, env: Readonly<Record<string, string>>): boolean {
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}
