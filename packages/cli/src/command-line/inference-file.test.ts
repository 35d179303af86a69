import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readInferenceFile } from './inference-file.ts';

async function read(t: TestContext, content: Record<string, unknown>) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'inferenceconfig.json');
  await writeFile(file, JSON.stringify(content));
  return await readInferenceFile(file);
}

test("Azure's file with a conda file is read as it is", async (t) => {
  const found = await read(t, {
    entryScript: 'score.py',
    runtime: 'python',
    condaFile: 'infenv.yml',
    extraDockerfileSteps: null,
    sourceDirectory: null,
    enableGpu: false,
    baseImage: null,
    baseImageRegistry: null,
  });
  const options = { entryScript: 'score.py', runtime: 'python', condaFile: 'infenv.yml' };
  assert.deepEqual(found, { options, notes: [] });
});

test('its environment becomes one that is registered', async (t) => {
  const { options, notes } = await read(t, {
    entryScript: 'score.py',
    sourceDirectory: 'src',
    environment: {
      name: 'my-env',
      docker: { baseImage: 'mcr.microsoft.com/azureml/base-gpu' },
      python: { condaDependencies: { dependencies: ['python=3.11', { pip: ['numpy'] }] } },
    },
  });
  assert.deepEqual(options, {
    entryScript: 'score.py',
    sourceDirectory: 'src',
    environment: {
      name: 'my-env',
      definition: {
        kind: 'conda',
        specification: 'dependencies:\n  - python=3.11\n  - pip:\n      - numpy\n',
      },
    },
  });
  assert.deepEqual(notes, [
    'environment.docker.baseImage is left out: a script runs on this machine, not in a container.',
  ]);
});

test('an environment of the user is the interpreter that it names', async (t) => {
  const python = { userManagedDependencies: true, interpreterPath: '/opt/python/bin/python3' };
  const { options } = await read(t, { entryScript: 'score.py', environment: { python } });
  assert.deepEqual(options, { entryScript: 'score.py', interpreter: '/opt/python/bin/python3' });
});

for (const [field, value, message] of [
  ['extraDockerfileSteps', 'steps', /cannot be done, because no image is built/],
  ['entryscript', 'score.py', /entryscript is no field of an inference configuration/],
  ['entryScript', 7, /entryScript must be text/],
] as const) {
  test(`${field}: ${value} is refused`, async (t) => {
    await assert.rejects(read(t, { [field]: value }), { code: 'invalid_argument', message });
  });
}
