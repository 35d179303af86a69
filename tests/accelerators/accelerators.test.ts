import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ComputeTarget, Model, type PartialDeploymentConfig, type Webservice } from '@slipway/sdk';
import { encodeModel, node, temporaryFolder, tensorSpec } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';
import { softwareGraphics } from './swiftshader.ts';

/** A graphics card of software compiles its kernels in seconds, on a busy machine in many. */
const TIMEOUT_SEC = 180;

/** `Det` is an operator that WebGPU does not have. */
function model(...operators: readonly ('Relu' | 'Det')[]): Uint8Array {
  const between = (index: number) => (index === 0 ? 'x' : index === operators.length ? 'y' : `t${index}`);
  const nodes = operators.map((operator, index) => node(operator, [between(index)], [between(index + 1)]));
  const output = operators.includes('Det') ? ['n'] : ['n', 2, 2];
  return encodeModel({
    opset: 17,
    graph: {
      inputs: [tensorSpec('x', 'FP32', ['n', 2, 2])],
      outputs: [tensorSpec('y', 'FP32', output)],
      nodes,
    },
  });
}

/** For the processes that the test starts. */
function setVariable(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

test('execution providers by name, through a real control plane', async (t) => {
  const graphics = await softwareGraphics(t);
  for (const [name, value] of Object.entries(graphics ?? {})) setVariable(t, name, value);
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);
  const models = {
    relu: await writeBytes(folder, 'relu.onnx', model('Relu')),
    both: await writeBytes(folder, 'both.onnx', model('Relu', 'Det')),
    det: await writeBytes(folder, 'det.onnx', model('Det')),
  };
  const deploy = async (name: keyof typeof models, deploymentConfig: PartialDeploymentConfig) =>
    await Model.deploy({ workspace, name, models: [models[name]], overwrite: true, deploymentConfig });
  const refusal = async (name: keyof typeof models, config: PartialDeploymentConfig, reason: RegExp) => {
    const service = await deploy(name, config);
    await assert.rejects(service.waitForDeployment({ timeoutSec: TIMEOUT_SEC }), (error: Error) => {
      assert.match(error.message, reason);
      assert.equal(Reflect.get(error, 'code'), 'unsupported');
      return true;
    });
    await service.delete();
  };
  const runsOn = async (service: Webservice) => (await service.replicas())[0]?.executionProviders;

  await t.test('one that is not there fails the deployment at once, with what to do', async () => {
    const target = await ComputeTarget.get({ workspace, name: 'local' });
    await target.update({ devices: { gpu: 1 } });
    await refusal(
      'relu',
      { executionProviders: ['cuda'] },
      /run "slipway engine install cuda" on the machine/,
    );
    await refusal(
      'relu',
      { executionProviders: ['openvino'] },
      /no execution provider "openvino"; it knows "cpu"/,
    );
  });

  await t.test('settings that contradict each other are refused', async () => {
    await assert.rejects(deploy('relu', { executionProviders: ['cpu', 'webgpu'] }), /must have "cpu" last/);
    await assert.rejects(
      deploy('relu', { executionProviders: ['cpu'], cpuFallback: false }),
      /config\.cpuFallback/,
    );
  });

  await t.test('the CPU is what runs a model when nothing is said', async () => {
    const service = await deploy('relu', {});
    await service.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
    assert.deepEqual(await runsOn(service), [{ name: 'cpu', nodes: null }]);
    await service.delete();
  });

  const skip = graphics === undefined && 'the software graphics card is made for Linux on x64 alone';

  await t.test(
    'a model runs on another provider, on a thread of its own, and tells so',
    { skip },
    async () => {
      const service = await deploy('relu', {
        ...{ executionProviders: ['webgpu'], cpuFallback: false },
        // On the CPU that would be an engine for each core.
        ...{ profile: 'throughput', cpuCoresLimit: 2 },
      });
      await service.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
      assert.deepEqual(await runsOn(service), [{ name: 'webgpu', nodes: 1 }]);
      assert.equal((await service.replicas())[0]?.lane, 'worker');
      const x = [
        [
          [1, -2],
          [-3, 4],
        ],
      ];
      assert.deepEqual(await service.run({ inputs: { x } }), {
        outputs: {
          y: [
            [
              [1, 0],
              [0, 4],
            ],
          ],
        },
      });
      const base = service.scoringUri.replace('/api/v1/service/relu/score', '');
      const { primaryKey } = await service.getKeys();
      const config = await fetch(`${base}/api/v1/service/relu/v2/models/relu/config`, {
        headers: { authorization: `Bearer ${primaryKey}` },
      });
      const { instance_group: groups, parameters } = (await config.json()) as {
        readonly instance_group: readonly { readonly kind: string; readonly count: number }[];
        readonly parameters: unknown;
      };
      assert.deepEqual(
        groups.map(({ kind, count }) => [kind, count]),
        [['KIND_GPU', 1]],
      );
      assert.deepEqual(parameters, { execution_providers: { string_value: 'webgpu' } });
      await service.delete();
    },
  );

  await t.test('nodes that it leaves to the CPU are told, or refused', { skip }, async () => {
    const service = await deploy('both', { executionProviders: ['webgpu'] });
    await service.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
    assert.deepEqual(await runsOn(service), [
      { name: 'webgpu', nodes: 1 },
      { name: 'cpu', nodes: 1 },
    ]);
    const lines = (await service.getLogs({ numLines: 100 })).split('\n');
    assert.match(lines.find((line) => /nodes of the model run on the CPU/.test(line)) ?? '', /1 of 2 .*Det/);
    await refusal(
      'both',
      { executionProviders: ['webgpu'], cpuFallback: false },
      /"webgpu" cannot run, and cpuFallback is false/,
    );
  });

  await t.test('a model of which it runs nothing is refused', { skip }, async () => {
    await refusal('det', { executionProviders: ['webgpu'] }, /no node that "webgpu" can run/);
  });
});
