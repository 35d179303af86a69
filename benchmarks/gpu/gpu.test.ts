import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProcess, temporaryFolder } from '@slipway/testkit';

const BENCHMARK = fileURLToPath(new URL('../gpu.ts', import.meta.url));

test('without a GPU or its engine nothing is measured, which is said, and code 77 tells scripts', async (t) => {
  const env = { SLIPWAY_GPU_HOME: await temporaryFolder(t) };
  const { code, stdout, stderr } = await runProcess(t, process.execPath, [BENCHMARK], { env });
  assert.match(stderr, /^SKIPPED: nothing was measured on a GPU, because there is no (NVIDIA GPU|engine)/);
  assert.equal(stdout, '');
  assert.equal(code, 77);
});
