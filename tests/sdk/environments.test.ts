import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  Environment,
  InferenceConfig,
  type ListEnvironmentsOptions,
  Model,
  type Webservice,
} from '@slipway/sdk';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { pythonEnvironment } from '../harness/python-environment.ts';

const UV = join(import.meta.dirname, '../harness/uv-requirements.txt');

const SCRIPT = `import numpy

def init():
    pass

def run(data):
    return {"sum": numpy.float32(numpy.arange(4).sum()), "rows": numpy.eye(2, dtype="int64")}
`;

/** Where systems have their own programs, and no conda. */
const SYSTEM = ['/usr/bin', '/bin'];

/** The folder of a Python with uv beside it. */
async function toolsFolder(scope: TestScope): Promise<string> {
  const python = await pythonEnvironment(scope, {
    locks: [UV],
    fill: ({ pip }) => pip('install', '-r', UV),
  });
  return dirname(python);
}

async function write(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test('environments that uv builds, and a script in one', async (t) => {
  const installation = await startInstallation(t);
  await installation.killServer();
  await installation.startServer({ PATH: [await toolsFolder(t), ...SYSTEM].join(delimiter) });
  const workspace = await installation.workspace();
  const folder = join(await temporaryFolder(t), 'files');

  await t.test('what conda alone has is refused where there is no conda', async () => {
    const file = await write(folder, 'conda.yml', 'dependencies: [python>=3.8, gdal=3.9]\n');
    const environment = await Environment.fromCondaSpecification('maps', file);
    await assert.rejects(environment.register({ workspace }), {
      code: 'not_found',
      message:
        /"gdal=3\.9" comes from conda, and none of micromamba, mamba, conda, pixi is on the PATH of the server/,
    });
  });

  await t.test('registered, built, locked, listed', async () => {
    const file = await write(folder, 'requirements.txt', 'numpy\nsix==1.17.0\n');
    const unregistered = await Environment.fromPipRequirements('science', file, { pythonVersion: '>=3.9' });
    assert.equal(unregistered.id, undefined);
    const registered = await unregistered.register({ workspace, tags: { team: 'digits' } });
    assert.deepEqual([registered.id, registered.state], ['science:1', 'NotBuilt']);
    assert.match(registered.warnings.join(), /"azureml-defaults" is not among the pip packages/);
    const operation = await (await registered.build({ workspace })).wait({ timeoutSec: 240 });
    assert.match((await operation.log()).map(({ message }) => message).join('\n'), /Builds with .* and uv\./);

    const built = await Environment.get({ workspace, name: 'science' });
    assert.deepEqual([built.state, built.built?.tool, built.built?.packages], ['Built', 'uv', 2]);
    assert.match((await built.lock()).lock, /^six==1\.17\.0 \\\n {4}--hash=sha256:[0-9a-f]{64}/m);

    await Environment.fromExistingInterpreter('own', built.built?.interpreter ?? '').register({ workspace });
    const names = async (options: Omit<ListEnvironmentsOptions, 'workspace'>) =>
      (await Environment.list({ workspace, ...options })).map(({ id }) => id);
    assert.deepEqual((await names({})).toSorted(), ['own:1', 'science:1']);
    assert.deepEqual(await names({ tags: [['team', 'digits']] }), ['science:1']);
  });

  await t.test('numpy in an answer is an error as on Azure, until it is told to be JSON', async () => {
    const inferenceConfig = new InferenceConfig({
      entryScript: await write(folder, 'score.py', SCRIPT),
      environment: 'science',
    });
    const service = await Model.deploy({ workspace, name: 'arrays', models: [], inferenceConfig });
    await service.waitForDeployment({ timeoutSec: 60 });
    await assert.rejects(service.run({}), /502/);
    await logSays(
      service,
      /a numpy\.float32 at result\['sum'\], which JSON cannot say, .*deploy with --encode-numpy/,
    );

    await assert.rejects((await Environment.get({ workspace, name: 'science' })).delete(), {
      code: 'in_use',
    });
    await service.update({ inferenceConfig: { encodeNumpy: true } });
    await service.waitForDeployment({ timeoutSec: 60 });
    const rows = [
      [1, 0],
      [0, 1],
    ];
    assert.deepEqual(await service.run({}), { sum: 6, rows });
  });
});

async function logSays(service: Webservice, words: RegExp): Promise<void> {
  await waitFor(async () => words.test(await service.getLogs()), { what: `${words} in the service's log` });
}
