import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  startProcess,
  temporaryFolder,
} from '@slipway/testkit';
import { assertFlow } from '../../examples/fpga-resnet50/flow.test.helper.ts';
import { slipwayClient } from '../harness/slipway-client.ts';

const FLOW = join(import.meta.dirname, '../../examples/fpga-resnet50/flow.py');

/** Far more than it takes: the network has its full size, and other tests run beside it. */
const TIMEOUT_MS = 240_000;

test('the FPGA flow in Python, from random weights to the clean-up', { timeout: TIMEOUT_MS }, async (t) => {
  const python = await slipwayClient(t);
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  const args = ['-B', FLOW, '--random-weights', '7'];
  const flow = await startProcess(t, python, args, { env: { TMPDIR: folder } });
  const { code } = await flow.exit;
  const printed = flow.stdout();
  assert.equal(code, 0, printed + flow.stderr());
  assertFlow(printed);
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
});
