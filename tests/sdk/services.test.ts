import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComputeTarget, connectControlPlane, Model, Operation, Webservice } from '@slipway/sdk';
import { assertNothingLeft } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const DIGIT = { data: [Array.from({ length: 784 }, () => 0)] };

test('a service through the SDK, from a file to its end', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const { digits } = await writeModels(t);
  const deploymentConfig = { cpuCores: 0.5 };
  const service = await Model.deploy({ workspace, name: 'digits', models: [digits], deploymentConfig });

  await t.test('waiting shows what happens and ends with a healthy service', async () => {
    let printed = '';
    const print = (text: string) => {
      printed += text;
    };
    await service.waitForDeployment({ showOutput: true, print, timeoutSec: 60 });
    assert.equal(service.state, 'Healthy');
    assert.deepEqual(service.models, ['digits:1']);
    assert.match(printed, /\nLocal service creation operation finished, operation "Succeeded"\n$/);
  });

  await t.test('run answers, also after both keys were replaced', async () => {
    const first = await service.run(DIGIT);
    const before = await service.getKeys();
    await service.regenKey('Primary');
    const after = await service.regenKey('secondary', 'a-key-of-my-own-choice');
    assert.notEqual(after.primaryKey, before.primaryKey);
    assert.equal(after.secondaryKey, 'a-key-of-my-own-choice');
    assert.deepEqual(await service.run(DIGIT), first);
    await assert.rejects(service.run({ data: 'no digit' }), { code: 'invalid_argument' });
    await assert.rejects(service.getToken(), { code: 'conflict' });
  });

  await t.test('a change is a revision that can be taken back', async () => {
    await service.update({ tags: { stage: 'test' }, deploymentConfig: { maxQueueLength: 7 } });
    await service.waitForDeployment({ timeoutSec: 60 });
    assert.deepEqual([service.revision, service.deploymentConfig.maxQueueLength], [2, 7]);
    await service.rollback();
    await service.waitForDeployment({ timeoutSec: 60 });
    assert.notEqual(service.deploymentConfig.maxQueueLength, 7);
    assert.ok((await service.revisions()).length >= 2);
    assert.ok((await service.run(DIGIT)) !== undefined);
  });

  await t.test('it is found by its model, and the model knows that it is used', async () => {
    const found = await Webservice.list({ workspace, model: 'digits:1', tags: [['stage', 'test']] });
    assert.deepEqual(
      found.map(({ name }) => name),
      ['digits'],
    );
    const model = await Model.get({ workspace, name: 'digits' });
    await assert.rejects(model.delete(), { code: 'in_use' });
  });

  await t.test('replicas, events, logs, operations and the target tell of it', async () => {
    assert.equal((await service.replicas()).filter(({ phase }) => phase === 'ready').length, 1);
    assert.ok((await service.events()).length > 0);
    assert.ok((await service.getLogs({ numLines: 100 })).length > 0);
    for await (const { line } of service.followLogs({ numLines: 1, signal: AbortSignal.timeout(10_000) })) {
      assert.ok(line.length > 0);
      break;
    }
    const [newest] = await Operation.list({ workspace, resource: 'services/digits' });
    assert.equal(newest?.state, 'Succeeded');
    assert.ok((await newest?.log())?.length);
    const local = await ComputeTarget.get({ workspace, name: 'local' });
    assert.equal(local.allocated.cpuCores, 0.5);
  });

  await t.test(
    'a deployment that asks for too much is refused with the numbers, and leaves no service',
    async () => {
      const huge = { workspace, name: 'huge', models: ['digits'], deploymentConfig: { cpuCores: 100_000 } };
      await assert.rejects(Model.deploy(huge), { code: 'unschedulable', message: /100000 CPU Cores/ });
      await assert.rejects(Webservice.get({ workspace, name: 'huge' }), { code: 'not_found' });
    },
  );

  await t.test('deleted, it is gone, and so is its model', async () => {
    await service.delete();
    await assert.rejects(Webservice.get({ workspace, name: 'digits' }), { code: 'not_found' });
    await service.delete();
    await (await Model.get({ workspace, name: 'digits' })).delete();
  });

  await (await connectControlPlane({ home: installation.home })).shutdown();
  await assertNothingLeft(installation.home);
});
