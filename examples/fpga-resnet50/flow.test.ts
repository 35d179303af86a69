import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  startProcess,
  temporaryFolder,
} from '@slipway/testkit';
import { assertFlow } from './flow.test.helper.ts';

const FLOW = fileURLToPath(new URL('flow.ts', import.meta.url));

/** Far more than it takes: the network has its full size, and other tests run beside it. */
const TIMEOUT_MS = 240_000;

test('the FPGA flow in TypeScript, from random weights to the clean-up', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  const args = [FLOW, '--random-weights', '7'];
  const flow = await startProcess(t, process.execPath, args, { env: { TMPDIR: folder } });
  const { code } = await flow.exit;
  const printed = flow.stdout();
  assert.equal(code, 0, printed + flow.stderr());
  assert.match(
    printed,
    /^\(\?, 224, 224, 3\)\n1\.1\.3\nbrainwave_target_node_1_Version_0\.1:0\n\(\?, 1, 1, 2048\)$/m,
  );
  assertFlow(printed);
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
});
