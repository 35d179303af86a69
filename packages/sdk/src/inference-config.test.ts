import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { InferenceChoice } from '@slipway/contract/api';
import { temporaryFolder } from '@slipway/testkit';
import { fakeBlobs } from './fixtures/blob-routes.ts';
import { readJsonBody } from './fixtures/control-plane.ts';
import { operationResource, serviceResource } from './fixtures/resources.ts';
import { connectFake } from './fixtures/workspace.ts';
import { InferenceConfig, type InferenceConfigOptions } from './inference-config.ts';
import { Model } from './model.ts';

async function makeSources(t: TestContext): Promise<string> {
  const folder = join(await temporaryFolder(t), 'src');
  await mkdir(join(folder, 'lib'), { recursive: true });
  for (const file of ['score.py', 'my-score.py', 'lib/help.py', 'env.yml']) {
    await writeFile(join(folder, file), `# ${file}\n`);
  }
  return folder;
}

const REFUSED: readonly [what: string, Partial<InferenceConfigOptions>, RegExp][] = [
  ['no script', { entryScript: '' }, /^Error, need to specify entry_script\.$/],
  ['a script that is not there', { entryScript: 'lost.py' }, /^entry_script \/.*\/lost\.py doesn't exist\. /],
  [
    'a folder that is not there',
    { sourceDirectory: '/nowhere' },
    /^source_directory \/nowhere doesn't exist\.$/,
  ],
  [
    'a name that cannot be imported',
    { entryScript: 'my-score.py' },
    /^Error, invalid name "my-score\.py" for provided entry script\. The script must be importable as a valid python module/,
  ],
  [
    'another language',
    { entryScript: 'score.R' },
    /^Invalid driver type\. Currently only Python drivers \(\.py\) and TypeScript or JavaScript drivers \(\.ts, \.mts, \.js, \.mjs\) are supported\.$/,
  ],
  [
    'an environment and a runtime',
    { environment: 'e', runtime: 'python' },
    /^Error, unable to provide runtime along with an environment object\.$/,
  ],
  [
    'an environment and an interpreter',
    { environment: 'e', interpreter: '/usr/bin/python3' },
    /own interpreter/,
  ],
  [
    'a Python for TypeScript',
    { entryScript: 'score.ts', interpreter: '/usr/bin/python3' },
    /^interpreter is about Python, and score\.ts runs in the replica itself\./,
  ],
  [
    'numpy for TypeScript',
    { entryScript: 'score.ts', encodeNumpy: true },
    /^encodeNumpy is about results of Python's numpy, and score\.ts has none\. Leave it out\.$/,
  ],
  ['a runtime that there is not', { runtime: 'perl' }, /^Provided runtime "perl" is not supported/],
];
for (const [what, options, message] of REFUSED) {
  test(`${what} is refused in Azure's words`, async (t) => {
    const sourceDirectory = await makeSources(t);
    const make = () => new InferenceConfig({ entryScript: 'score.py', sourceDirectory, ...options });
    assert.throws(make, (error: Error) => message.test(error.message) || assert.fail(error.message));
  });
}

/** What a deployment with this configuration sends, and what the store holds then. */
async function deployWith(t: TestContext, config: InferenceConfig) {
  const store = fakeBlobs();
  let sent: InferenceChoice | undefined;
  const environments: unknown[] = [];
  const { workspace } = await connectFake(t, {
    ...store.routes,
    'POST /workspaces/default/environments': async ({ request }) => {
      environments.push(await readJsonBody(request));
      return { id: 'digits:4' };
    },
    'POST /workspaces/default/services': async ({ request }) => {
      sent = (await readJsonBody(request))['inferenceConfig'] as InferenceChoice;
      return operationResource();
    },
    'GET /workspaces/default/services/*': () => serviceResource(),
  });
  await Model.deploy({ workspace, name: 'digits', models: [], inferenceConfig: config });
  assert.ok(sent);
  return { sent, environments, blobs: store.blobs };
}

test('a folder is deployed with all its files, and the script is named in it', async (t) => {
  const sourceDirectory = await makeSources(t);
  const config = new InferenceConfig({ entryScript: './score.py', sourceDirectory, workers: 2 });
  const { sent, blobs } = await deployWith(t, config);
  const { files = [], ...rest } = sent;
  assert.deepEqual(rest, { entryScript: 'score.py', workers: 2 });
  assert.deepEqual(
    files.map(({ path }) => path),
    ['env.yml', 'lib/help.py', 'my-score.py', 'score.py'],
  );
  assert.equal(String(blobs.get(files[1]?.digest ?? '')), '# lib/help.py\n');
});

test('without a folder the script goes alone, and a conda file becomes an environment of that name', async (t) => {
  const folder = await makeSources(t);
  const entryScript = join(folder, 'score.py');
  const config = new InferenceConfig({ entryScript, condaFile: join(folder, 'env.yml'), runtime: 'python' });
  const { sent, environments } = await deployWith(t, config);
  assert.deepEqual([sent.entryScript, sent.environment], ['score.py', 'digits:4']);
  assert.deepEqual(
    sent.files?.map(({ path }) => path),
    ['score.py'],
  );
  const definition = { kind: 'conda', specification: '# env.yml\n' };
  assert.deepEqual(environments, [{ name: 'digits', definition }]);
});
