// Runs a fuzz test with more messages than in the usual tests: `npm run fuzz -- http 1000000`, and a seed if one is wanted.
// Without a name, it runs all of them.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fuzz tests by name. Each reads how many messages it makes from FUZZ_MESSAGES. */
const TARGETS: Readonly<Record<string, string>> = {
  grpc: 'packages/runtime/dist/protocols/grpc/fuzz.test.js',
  http: 'packages/transport/dist/http1/fuzz.test.js',
};

const DEFAULT_MESSAGES = '1000000';

const [name, messages = DEFAULT_MESSAGES, seed] = process.argv.slice(2);
if (name !== undefined && !Object.hasOwn(TARGETS, name)) {
  console.error(`There is no fuzz test "${name}". There are: ${Object.keys(TARGETS).join(', ')}.`);
  process.exit(1);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = Object.entries(TARGETS).filter(([target]) => name === undefined || target === name);
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-reporter=spec', ...files.map(([, file]) => join(root, file))],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_MESSAGES: messages, ...(seed === undefined ? {} : { FUZZ_SEED: seed }) },
  },
);
process.exitCode = status ?? 1;
