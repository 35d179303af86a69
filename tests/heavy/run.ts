// What is too long for npm test: npm run test:heavy -- [NAME…] [--python FILE] [--oracles FOLDER]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NETWORKS } from './parity/networks.ts';
import { parity } from './parity/parity.ts';

/** The flow of the GPU example, with real TensorFlow. */
const FLOW = 'gpu-mnist';
/** A checkpoint of 5 GiB, which needs no TensorFlow. */
const CHECKPOINT = 'large-checkpoint';
const CHECKPOINT_BYTES = 5 * 1024 ** 3;
const NAMES: readonly string[] = [FLOW, CHECKPOINT, ...NETWORKS];

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
  const passed =
    name === FLOW ? flow() : name === CHECKPOINT ? largeCheckpoint() : await parity(name, options);
  if (!passed) process.exitCode = 1;
}

function flow(): boolean {
  const script = join(import.meta.dirname, '../../examples/gpu-mnist/flow.ts');
  const { status } = spawnSync(process.execPath, [script, '--tensorflow'], { stdio: 'inherit' });
  return status === 0;
}

function largeCheckpoint(): boolean {
  const file = join(import.meta.dirname, '../../packages/graph/dist/import/large-checkpoint.test.js');
  const env = { ...process.env, CHECKPOINT_BYTES: String(CHECKPOINT_BYTES) };
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], {
    stdio: 'inherit',
    env,
  });
  return status === 0;
}
