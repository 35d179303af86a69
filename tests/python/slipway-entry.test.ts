import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProcess, type TestScope } from '@slipway/testkit';
import { pythonEnvironment } from '../harness/python-environment.ts';

const FOLDER = join(import.meta.dirname, '../../python');
const PACKAGES = join(FOLDER, 'tests/packages/requirements.lock');

/** What the host of entry scripts promises, on the standard library of the machine's Python alone. */
test('Python entry scripts are hosted by the machine’s python3 as it is', async (t) => {
  const { code } = await runProcess(t, 'python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']);
  assert.equal(code, 0, 'These tests need a python3 of 3.8 or later on the PATH; they are not skipped.');
  await passes(t, 'python3', 'tests/standard');
});

test('Entry scripts use numpy, pandas, Flask, and the real packages of Azure where they are installed', async (t) => {
  const python = await pythonEnvironment(t, {
    locks: [PACKAGES],
    fill: ({ pip }) => pip('install', '--require-hashes', '--prefer-binary', '-r', PACKAGES),
  });
  await passes(t, python, 'tests/packages');
});

async function passes(scope: TestScope, python: string, tests: string): Promise<void> {
  const discover = ['-B', '-m', 'unittest', 'discover', '-t', '.', '-s', tests];
  const { code, stdout, stderr } = await runProcess(scope, python, discover, { cwd: FOLDER });
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stderr, /^Ran [1-9]\d* tests? in /m);
}
