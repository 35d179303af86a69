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

const TIMEOUT_MS = 240_000;

test('digits are learned, deployed, scored and taken away', { timeout: TIMEOUT_MS }, async (t) => {
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  const flow = await startProcess(t, process.execPath, [FLOW, '--images', '30'], { env: { TMPDIR: folder } });
  const { code } = await flow.exit;
  const printed = flow.stdout();
  assert.equal(code, 0, printed + flow.stderr());
  assert.match(printed, /^features: 512 of pipeline, weights: random, seed 7$/m);
  assert.match(printed, /^images: 300 to learn from, 100 held out$/m);
  // Chance is 10 %.
  assert.match(printed, /^accuracy: [6-9]\d\.\d % of those held out$/m);
  assert.match(printed, /^right: ([5-9]|10) of 10$/m);
  assert.match(printed, /^Deleted digits and digits:1\.$/m);
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
});
