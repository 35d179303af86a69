import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectControlPlane, Model } from '@slipway/sdk';
import { assertNothingLeft, temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';

test('models through the SDK and a real control plane', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);

  await t.test('a folder comes back as it was registered, under its id, its name and its tags', async () => {
    const modelPath = join(folder, 'model');
    await mkdir(join(modelPath, 'assets'), { recursive: true });
    await writeFile(join(modelPath, 'model.onnx'), randomBytes(300_000));
    await writeFile(join(modelPath, 'assets', '.labels'), 'zero\none\n');
    const first = await Model.register({
      workspace,
      modelPath,
      modelName: 'digits',
      tags: { stage: 'test' },
      properties: { data: 'mnist' },
      modelFramework: 'Onnx',
    });
    const second = await Model.register({ workspace, modelPath, modelName: 'digits', parentId: first.id });
    assert.deepEqual([first.id, second.id], ['digits:1', 'digits:2']);
    assert.equal(second.digest, first.digest);

    const ids = async (options: Partial<Parameters<typeof Model.list>[0]>) =>
      (await Model.list({ workspace, ...options })).map((model) => model.id);
    assert.deepEqual(await ids({ name: 'digits' }), ['digits:2', 'digits:1']);
    assert.deepEqual(await ids({ latest: true }), ['digits:2']);
    assert.deepEqual(await ids({ tags: [['stage', 'test']], properties: ['data'] }), ['digits:1']);
    assert.equal((await Model.get({ workspace, name: 'digits' })).parentId, 'digits:1');
    assert.deepEqual((await first.refresh()).derivedModelIds, ['digits:2']);

    const targetDir = join(folder, 'download');
    const paths = await first.download({ targetDir });
    assert.equal(paths.length, 2);
    for (const name of ['model.onnx', 'assets/.labels']) {
      assert.deepEqual(await readFile(join(targetDir, name)), await readFile(join(modelPath, name)));
    }
  });

  await t.test('tags change from two sides without a loss, properties only grow', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => Model.get({ workspace, id: 'digits:1' })));
    assert.ok(one && other);
    await Promise.all([one.addTags({ mine: '1' }), other.addTags({ theirs: '2' })]);
    assert.deepEqual((await one.refresh()).tags, { stage: 'test', mine: '1', theirs: '2' });
    await one.removeTags(['stage']);
    await one.addProperties({ more: 'x' });
    await assert.rejects(one.addProperties({ data: 'other' }), { name: 'SlipwayError' });
    assert.deepEqual(one.properties, { data: 'mnist', more: 'x' });
  });

  await t.test('a deleted version is gone and its number is not given again', async () => {
    const modelPath = join(folder, 'small.onnx');
    await writeFile(modelPath, 'small');
    await (await Model.register({ workspace, modelPath, modelName: 'small' })).delete();
    await assert.rejects(Model.get({ workspace, id: 'small:1' }), { code: 'not_found' });
    assert.equal((await Model.register({ workspace, modelPath, modelName: 'small' })).version, 2);
  });

  await t.test(
    'a registration goes on when the control plane is killed in its middle and starts again',
    async () => {
      const modelPath = join(folder, 'large.onnx');
      await writeFile(modelPath, randomBytes(48 * 1024 * 1024));
      let restarted: Promise<void> | undefined;
      const model = await Model.register({
        workspace,
        modelPath,
        modelName: 'large',
        onProgress({ phase, bytes }) {
          if (phase === 'uploading' && bytes > 0) restarted ??= restart();
        },
      });
      assert.ok(restarted !== undefined);
      await restarted;
      assert.equal(model.size, 48 * 1024 * 1024);
      const [path = ''] = await model.download({ targetDir: join(folder, 'large') });
      assert.deepEqual(await readFile(path), await readFile(modelPath));
    },
  );

  await t.test('workspaces keep models apart', async () => {
    const { home } = installation;
    const controlPlane = await connectControlPlane({ home });
    const team = await controlPlane.createWorkspace({ name: 'team' });
    await assert.rejects(controlPlane.createWorkspace({ name: 'team' }), { code: 'already_exists' });
    assert.deepEqual(await Model.list({ workspace: team }), []);
    await assert.rejects(workspace.delete(), { code: /in_use|conflict/ });
    await team.delete();
    assert.deepEqual(
      (await controlPlane.workspaces()).map(({ name }) => name),
      ['default'],
    );
    assert.equal((await controlPlane.health()).status, 'ok');
  });

  await t.test('shutdown ends the control plane and all that it started', async () => {
    const { home } = installation;
    const controlPlane = await connectControlPlane({ home });
    await controlPlane.shutdown();
    await assertNothingLeft(home);
    await assert.rejects(controlPlane.health(), { code: 'unavailable' });
    await assert.rejects(connectControlPlane({ home }), { code: 'unavailable', message: /slipway up/ });
  });

  async function restart(): Promise<void> {
    await installation.killServer();
    await installation.startServer();
  }
});
