import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  type StartedProcess,
  startProcess,
  temporaryFolder,
} from '@slipway/testkit';

const DEMO = fileURLToPath(new URL('demo.ts', import.meta.url));

/** The demo takes a few seconds alone, and many times that beside other tests. */
const TIMEOUT_MS = 120_000;

test('the demo deploys, scores and leaves nothing', { timeout: TIMEOUT_MS }, async (t) => {
  const { demo, folder } = await startDemo(t);
  const { code } = await demo.exit;
  assert.equal(code, 0, demo.stdout() + demo.stderr());
  assert.match(demo.stdout(), /accuracy {4}9[789]\.\d\d % of 1,000 test digits/);
  assert.match(demo.stdout(), /Removed the service.*Removed the model.*Stopped Slipway/s);
  await assertGone(folder);
});

test('Ctrl-C in the middle leaves nothing', { timeout: TIMEOUT_MS }, async (t) => {
  const { demo, folder } = await startDemo(t);
  await demo.waitForOutput(/Deployed it/, TIMEOUT_MS);
  const { code } = await demo.stop('SIGINT');
  assert.equal(code, 1);
  assert.match(demo.stderr(), /^Interrupted\.$/m);
  await assertGone(folder);
});

test('with --keep it goes on, until it is stopped as it says', { timeout: TIMEOUT_MS }, async (t) => {
  const { demo, folder } = await startDemo(t, '--keep');
  const { code } = await demo.exit;
  assert.equal(code, 0, demo.stdout() + demo.stderr());
  assert.equal(await runInShell(t, /^ {2}node -p .*? -d @-$/ms, demo), '10');
  await runInShell(t, /^ {2}npx slipway down .*$/m, demo);
  await assertGone(folder);
});

async function startDemo(
  t: TestContext,
  ...args: string[]
): Promise<{ demo: StartedProcess; folder: string }> {
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  return {
    demo: await startProcess(t, process.execPath, [DEMO, ...args], { env: { TMPDIR: folder } }),
    folder,
  };
}

/** Runs lines that the demo printed, as a person who copies them; answers with how many probabilities came back. */
async function runInShell(t: TestContext, lines: RegExp, demo: StartedProcess): Promise<string> {
  const [command = ''] = demo.stdout().match(lines) ?? [];
  assert.notEqual(command, '', `${lines} in ${demo.stdout()}`);
  const shell = await startProcess(t, 'bash', ['-c', command]);
  const { code } = await shell.exit;
  assert.equal(code, 0, shell.stderr());
  return shell.stdout().includes('probabilities')
    ? String(JSON.parse(shell.stdout()).outputs.probabilities[0].length)
    : '';
}

/** No process, and no home folder; other files there are caches of Node and of its tools. */
async function assertGone(folder: string): Promise<void> {
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
}
