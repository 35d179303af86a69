// What a batch job has from a server: registered models, and the interpreters of environments.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Batch, Environment, Model } from '@slipway/sdk';
import { temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';

const SCRIPT = `
import os
from azureml.core.model import Model

def run(mini_batch):
    with open(Model.get_model_path("weights")) as file:
        weights = file.read().strip()
    return [f"{os.path.basename(path)} {weights} {os.environ['AZUREML_MODEL_DIR'][-9:]}" for path in mini_batch]
`;

test('a job finds registered models and environments, and goes on when neither has changed', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);
  const paths = {
    script: join(folder, 'score.py'),
    weights: join(folder, 'weights.txt'),
    item: join(folder, 'item'),
  };
  await writeFile(paths.script, SCRIPT);
  await writeFile(paths.weights, 'first');
  await writeFile(paths.item, '');
  await Model.register({ workspace, modelPath: paths.weights, modelName: 'weights' });
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  await Environment.fromExistingInterpreter('host', python).register({ workspace });
  const options = {
    input: paths.item,
    output: join(folder, 'out'),
    entryScript: paths.script,
    models: ['weights:1'],
    environment: 'host',
    processCount: 1,
  };
  await assert.rejects(Batch.run(options), /no workspace to find it in/);
  const summary = await Batch.run({ ...options, workspace });
  assert.equal(await readFile(summary.resultFile ?? '', 'utf8'), 'item first weights/1\n');
  const events: string[] = [];
  const again = await Batch.run({
    ...options,
    workspace,
    onEvent: (event) => void events.push(JSON.stringify(event)),
  });
  assert.equal(again.succeeded, 1);
  assert.match(events.join(), /is done already/);
});
