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

const FLOW = fileURLToPath(new URL('flow.ts', import.meta.url));

const TIMEOUT_MS = 120_000;

test('the script is deployed, scores digits and leaves nothing', { timeout: TIMEOUT_MS }, async (t) => {
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  const flow = await startProcess(t, process.execPath, [FLOW], { env: { TMPDIR: folder } });
  const { code } = await flow.exit;
  const printed = flow.stdout();
  assert.equal(code, 0, printed + flow.stderr());
  assert.match(
    printed,
    /^label: \d\nprediction: \d \(\d+\.\d %\)\naccuracy: 9[789]\.\d\d % of 1,000 digits$/m,
  );
  assert.match(printed, /^Deleted digits and digits:1\.$/m);
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
});
