import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceConfig, Model } from '@slipway/sdk';
import { temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';

/** Crashes in `init`, but not when the file is there. */
const CRASHES = (mended: string) => `import os, signal

def init():
    if not os.path.exists(${JSON.stringify(mended)}):
        os.kill(os.getpid(), signal.SIGSEGV)

def run(data):
    return "mended"
`;

test('a script that crashes in init is tried again, a few times, and the deployment says why it was given up', async (t) => {
  const folder = await temporaryFolder(t);
  const entryScript = join(folder, 'score.py');
  const mended = join(folder, 'mended');
  await writeFile(entryScript, CRASHES(mended));
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const deploy = async (overwrite: boolean) => {
    const inferenceConfig = new InferenceConfig({ entryScript });
    const service = await Model.deploy({
      workspace,
      name: 'crashing',
      models: [],
      inferenceConfig,
      overwrite,
    });
    return await service.waitForDeployment({ timeoutSec: 60 });
  };
  await assert.rejects(deploy(false), {
    code: 'script_failed',
    message:
      /^Revision 1 ended 3 times before it was ready\. The process of score\.py \(pid \d+\) was ended by SIGSEGV: native code/,
  });
  await writeFile(mended, '');
  const service = await deploy(true);
  assert.equal(await service.run({}), 'mended');
});
