import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Model, type Webservice, type Workspace } from '@slipway/sdk';
import { addModel, digitMlp, externalDataModel, temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

test('a model that cannot run fails its deployment with the reason, and can be replaced', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);
  const whole = digitMlp();
  const { model, data, dataFile } = externalDataModel();
  const lonely = join(folder, 'lonely');
  await mkdir(lonely);
  await writeBytes(lonely, 'model.onnx', model);

  const rows: readonly [string, string, RegExp][] = [
    ['picture', await writeBytes(folder, 'picture.onnx', PNG), /picture\.onnx.*not.*ONNX/i],
    ['empty', await writeBytes(folder, 'empty.onnx', new Uint8Array()), /empty\.onnx/],
    ['cut', await writeBytes(folder, 'cut.onnx', whole.subarray(0, whole.length >> 1)), /cut\.onnx/],
    ['no-model', await writeBytes(folder, 'notes.txt', Buffer.from('hello')), /notes\.txt/],
    ['no-data', lonely, new RegExp(dataFile.replace('.', '\\.'))],
  ];
  for (const [name, modelPath, reason] of rows) {
    await t.test(`${name}: ${String(reason)}`, async () => {
      const service = await Model.deploy({ workspace, name, models: [modelPath] });
      await assert.rejects(service.waitForDeployment({ timeoutSec: 60 }), (error: Error) => {
        assert.match(error.message, reason);
        assert.equal(Reflect.get(error, 'code'), 'invalid_model');
        return true;
      });
      assert.equal((await service.refresh()).state, 'Failed');
      assert.match(service.error?.message ?? '', reason);
      await replaceWithGoodModel(workspace, service, folder);
    });
  }

  await t.test('with its data beside it, the external-data model runs', async () => {
    await writeBytes(lonely, dataFile, data);
    const service = await Model.deploy({ workspace, name: 'with-data', models: [lonely] });
    await service.waitForDeployment({ timeoutSec: 60 });
    assert.deepEqual(await service.run({ data: [[1, 1, 1, 1]] }), { outputs: { output: [[2, 3, 4, 5]] } });
  });
});

async function replaceWithGoodModel(workspace: Workspace, bad: Webservice, folder: string): Promise<void> {
  const good = await writeBytes(folder, `${bad.name}-good.onnx`, addModel());
  const service = await Model.deploy({ workspace, name: bad.name, models: [good], overwrite: true });
  await service.waitForDeployment({ timeoutSec: 60 });
  const answer = await service.run({ inputs: { a: [[1, 2]], b: [[3, 4]] } });
  assert.deepEqual(answer, { outputs: { sum: [[4, 6]] } });
  await service.delete();
}
