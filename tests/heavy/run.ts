// What is too long for npm test: npm run test:heavy -- [NAME…] [--python FILE] [--oracles FOLDER]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CATALOGUE_NETWORKS } from './parity/catalogue.ts';
import { parity } from './parity/parity.ts';
import { TENSORFLOW } from './parity/tensorflow.ts';

/** The flow of the GPU example, with real TensorFlow. */
const FLOW = 'gpu-mnist';
/** A checkpoint of 5 GiB, which needs no TensorFlow. */
const CHECKPOINT = 'large-checkpoint';
const CHECKPOINT_BYTES = 5 * 1024 ** 3;
/** Conversions by both engines, in a server with TensorFlow. */
const CONVERSION = 'conversion';
/** Networks, each by its name, and those of the catalogue together. */
const CATALOGUE = 'catalogue';
const COMPARISONS = [TENSORFLOW, CATALOGUE_NETWORKS];
const NETWORKS = COMPARISONS.flatMap(({ networks }) => networks);
const NAMES: readonly string[] = [FLOW, CHECKPOINT, CONVERSION, ...NETWORKS];

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, oracles: { type: 'string' } },
});
const wanted = asked.flatMap((name) => (name === CATALOGUE ? CATALOGUE_NETWORKS.networks : [name]));
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${[CATALOGUE, ...NAMES].join(', ')}.`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : NAMES) {
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
    default:
      return await compared(name);
  }
}

async function compared(network: string): Promise<boolean> {
  const comparison = COMPARISONS.find(({ networks }) => networks.includes(network));
  return comparison !== undefined && (await parity(network, comparison, options));
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
