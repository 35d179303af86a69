// Runs every check, then every test, all of them even if one fails. The summary of the tests comes last.
// With arguments, only the tests in those files: `npm test -- 'packages/oci/dist/**/*.test.js'`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A test that has not ended after this many milliseconds has hung: the slowest takes a fraction of it. */
const TEST_TIMEOUT_MS = 300_000;

/**
 * A file that leaves something running after its tests never ends by itself, and the limit above is not for files. Ctrl-C makes
 * the runner name that file and tell the summary.
 */
const RUN_LIMIT = { timeout: 3_600_000, killSignal: 'SIGINT' } as const;

/** Test files at once. Most of them start processes of their own, which need the other cores. */
const CONCURRENCY = 2;

const ALL_TESTS = [
  'packages/*/dist/**/*.test.js',
  'tests/**/*.test.ts',
  'examples/**/*.test.ts',
  'benchmarks/**/*.test.ts',
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

const patterns = process.argv.slice(2);
const checks = patterns.length === 0 ? [biome(), knip()] : [];
const passed = [...checks, tests(patterns.length === 0 ? ALL_TESTS : patterns)];
process.exitCode = passed.every(Boolean) ? 0 : 1;

function biome(): boolean {
  return check('Format and lint', 'biome', ['check', '--error-on-warnings', '.']);
}

function knip(): boolean {
  return check('Unused code', 'knip', ['--no-progress']);
}

function tests(files: readonly string[]): boolean {
  return run(process.execPath, [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...files,
  ]);
}

function check(what: string, tool: string, args: readonly string[]): boolean {
  console.log(`▶ ${what}`);
  const good = run(join(bin, tool), args);
  console.log(good ? `✔ ${what}` : `✖ ${what} failed: see above`);
  return good;
}

/** Runs to the end with its output in ours; true if it succeeded. */
function run(command: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...RUN_LIMIT });
  if (error !== undefined && status === null)
    console.error(`${command} did not end in order: ${error.message}`);
  return status === 0;
}
