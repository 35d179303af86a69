import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENGINE_MANIFEST, engineFolder, enginesFolder } from '@slipway/contract';
import { Model, type PartialDeploymentConfig } from '@slipway/sdk';
import { CONV_NET_IMAGE, convNet, temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';

/** The device of NVIDIA's driver. */
const DRIVER = '/dev/nvidiactl';

/** A home in which `slipway engine install cuda` was run: the libraries are too large for a test to bring. */
const HOME = process.env['SLIPWAY_GPU_HOME'];

const TIMEOUT_SEC = 300;

/** What a GPU may differ by: it adds in another order, with shorter numbers. */
const TOLERANCE = 1e-2;

function whyNot(): string | false {
  if (!existsSync(DRIVER)) return `there is no NVIDIA GPU here (${DRIVER})`;
  const engine = HOME === undefined ? null : engineFolder(HOME, ['cuda']);
  if (engine !== null && existsSync(join(engine, ENGINE_MANIFEST))) return false;
  return 'SLIPWAY_GPU_HOME names no home in which "slipway engine install cuda" was run';
}

test('a model runs on an NVIDIA GPU and answers as on the CPU', { skip: whyNot() }, async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'home'), { mode: 0o700 });
  await symlink(enginesFolder(HOME as string), enginesFolder(join(folder, 'home')));
  const workspace = await (await startInstallation(t, folder)).workspace();
  const model = await writeBytes(folder, 'conv.onnx', convNet(1));
  const pixels = CONV_NET_IMAGE.reduce((product, size) => product * size, 1);
  const [channels, height, width] = CONV_NET_IMAGE;
  const at = (index: number) => Math.sin(index) / 2;
  const image = Array.from({ length: channels }, (_, c) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => at((c * height + y) * width + x)),
    ),
  );
  const answer = async (name: string, deploymentConfig: PartialDeploymentConfig) => {
    const service = await Model.deploy({ workspace, name, models: [model], deploymentConfig });
    await service.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
    const { outputs } = (await service.run({ data: [image] })) as { outputs: Record<string, unknown> };
    const providers = (await service.replicas())[0]?.executionProviders ?? [];
    await service.delete();
    return { providers, numbers: Object.values(outputs).flat(4).map(Number) };
  };
  const onCpu = await answer('on-cpu', {});
  const onGpu = await answer('on-gpu', { executionProviders: ['cuda'], devices: { gpu: 1 } });
  t.diagnostic(`${pixels} numbers in; ran on ${JSON.stringify(onGpu.providers)}`);
  assert.equal(onGpu.providers[0]?.name, 'cuda');
  assert.ok(onCpu.numbers.length > 0 && onGpu.numbers.length === onCpu.numbers.length);
  const scale = Math.max(...onCpu.numbers.map(Math.abs));
  for (const [index, value] of onGpu.numbers.entries()) {
    assert.ok(Math.abs(value - (onCpu.numbers[index] ?? Number.NaN)) <= TOLERANCE * scale, `number ${index}`);
  }
});
