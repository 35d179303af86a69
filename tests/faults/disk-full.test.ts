import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Model } from '@slipway/sdk';
import { mountSmallDisk, runProcess, temporaryFolder } from '@slipway/testkit';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes, writeModels } from '../harness/models.ts';

/** Room for the database and a digit model with its cache, and for no more than that. */
const DISK_MEGABYTES = 24;

test('a model that does not fit is refused and leaves nothing, and one that fits is served', async (t) => {
  const disk = await mountSmallDisk(t, DISK_MEGABYTES);
  if (disk === undefined) return;
  const installation = await startInstallation(t, disk.folder);
  const workspace = await installation.workspace();
  const large = randomFillSync(new Uint8Array((DISK_MEGABYTES + 2) * 1_000_000));
  const modelPath = await writeBytes(await temporaryFolder(t), 'large.onnx', large);
  await assert.rejects(Model.register({ workspace, modelPath, modelName: 'large' }), {
    code: 'storage_full',
    message: /the disk is full. Make room/,
  });
  assert.deepEqual(await Model.list({ workspace }), []);
  assert.deepEqual(await filesIn(join(installation.home, 'store', 'blobs')), []);
  assert.deepEqual(await filesIn(join(installation.home, 'store', 'uploads')), []);

  const { digits } = await writeModels(t);
  const { service } = await deploy(installation, { name: 'digits', model: digits, config: {} });
  const answer = await service.run({ data: [new Array(784).fill(0)] });
  assert.match(JSON.stringify(answer), /"probabilities":\[\[0\./);
});

test('a home on a disk that cannot be written is named, and nothing is started', async (t) => {
  const disk = await mountSmallDisk(t, 1);
  if (disk === undefined) return;
  await disk.makeReadOnly();
  const home = join(disk.folder, 'home');
  const main = fileURLToPath(import.meta.resolve('@slipway/server/main'));
  const server = await runProcess(t, process.execPath, [main, '--home', home, '--port', '0']);
  assert.equal(server.code, 1);
  const { err } = JSON.parse(server.stdout.trim().split('\n').at(-1) ?? '{}');
  assert.equal(err.code, 'storage_full');
  assert.match(err.message, new RegExp(`${home} cannot be written \\(EROFS\\): choose a folder`));
});

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
