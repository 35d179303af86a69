// Lets a decoder read damaged messages, more of them than in the usual tests:
// npm run fuzz -- <target> [--inputs 1000000] [--seed 1]; without a target, all of them in turn.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PROTOCOLS = 'packages/runtime/dist/protocols';

/** The fuzz tests by name. Each reads FUZZ_INPUTS and FUZZ_SEED. */
const TARGETS: Readonly<Record<string, string>> = {
  'azure-json': `${PROTOCOLS}/azure/codec.fuzz.test.js`,
  'tfserving-json': `${PROTOCOLS}/tfserving/rest/codec/bodies.fuzz.test.js`,
  'tfserving-grpc': `${PROTOCOLS}/tfserving/grpc/codec/requests.fuzz.test.js`,
  'oip-json': `${PROTOCOLS}/oip/rest/codec/json.fuzz.test.js`,
  'oip-binary': `${PROTOCOLS}/oip/rest/codec/binary.fuzz.test.js`,
  'oip-grpc': `${PROTOCOLS}/oip/grpc/codec/requests.fuzz.test.js`,
  'grpc-frames': `${PROTOCOLS}/grpc/frames.fuzz.test.js`,
  keras: 'packages/graph/dist/keras/keras.fuzz.test.js',
  tensorflow: 'packages/graph/dist/tensorflow/readers.fuzz.test.js',
  'tensorflow-import': 'packages/graph/dist/import/import.fuzz.test.js',
  http1: 'packages/transport/dist/http1/fuzz.test.js',
  onnx: 'packages/graph/dist/onnx/read.fuzz.test.js',
  weights: 'packages/graph/dist/catalogue/files/weights.fuzz.test.js',
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(TARGETS, name));
if (unknown.length > 0) {
  console.error(`There is no target ${unknown.join(', ')}. There are: ${Object.keys(TARGETS).join(', ')}.`);
  process.exit(1);
}
for (const name of [options.inputs, options.seed]) {
  if (name === undefined || /^\d+$/.test(name)) continue;
  console.error(`--inputs and --seed take whole numbers, not "${name}".`);
  process.exit(1);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chosen = positionals.length > 0 ? positionals : Object.keys(TARGETS);
const files = chosen.map((name) => join(root, TARGETS[name] ?? name));
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-reporter=spec', '--test-concurrency=1', ...files],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_INPUTS: options.inputs,
      ...(options.seed === undefined ? {} : { FUZZ_SEED: options.seed }),
    },
  },
);
process.exitCode = status ?? 1;
