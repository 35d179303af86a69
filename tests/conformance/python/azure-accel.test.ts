import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runProcess, type TestScope, temporaryFolder } from '@slipway/testkit';
import { images } from '../../conversion/answers.ts';
import { convert } from '../../conversion/converted.ts';
import { pythonEnvironment } from '../../harness/python-environment.ts';
import { serveModels } from '../../harness/served-models.ts';
import { pythonWithClients } from './environment.ts';

const SCRIPT = join(import.meta.dirname, 'azure_accel_client.py');
const AZURE = join(import.meta.dirname, 'azure-accel.lock');
const OURS = join(import.meta.dirname, '../../../python/slipway/src');

/** Each check of the script says so when it is over. */
const CHECKS = 8;

/** The folder with Azure's client. */
async function azureClient(scope: TestScope): Promise<string> {
  const python = await pythonEnvironment(scope, {
    locks: [AZURE],
    fill: ({ pip, folder }) =>
      pip('install', '--require-hashes', '--no-deps', '--target', join(folder, 'azure'), '-r', AZURE),
  });
  return join(dirname(python), '..', 'azure');
}

test("Azure's client of accelerated models works unchanged, and ours sees what it sees", async (t) => {
  const [python, azure] = [await pythonWithClients(t), await azureClient(t)];
  const { onnx, signature } = await convert(t, 'flow-saved-model', {});
  const model = { name: 'resnet50', version: 1, onnx, signature };
  const { key, replica, gateway } = await serveModels(t, { service: 'flow', models: [model] });
  const image = join(await temporaryFolder(t), 'enlarged.png');
  await writeFile(image, images().get('enlarged.png') ?? '');
  const tensors = ['Placeholder:0', 'classifier/resnet_v1_50/predictions/Softmax:0'];
  for (const [door, { port }] of Object.entries({ replica, gateway })) {
    const args = ['-B', SCRIPT, azure, OURS, '127.0.0.1', String(port), key, 'flow', image, ...tensors];
    const { code, stdout, stderr } = await runProcess(t, python, args);
    assert.equal(code, 0, `at the ${door}:\n${stdout}${stderr}`);
    assert.equal(stdout.match(/^ok /gm)?.length, CHECKS);
  }
});
