// The package of the runtime as npm packs it: what it needs at run time is in it.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runProcess, type TestScope, temporaryFolder } from '@slipway/testkit';
import { serveModels } from '../harness/served-models.ts';

const ROOT = join(import.meta.dirname, '../..');

const SCRIPT = `from azureml.core.model import Model

def init():
    pass

def run(data):
    return data[::-1]
`;

test('a packed runtime serves a script in Python', { timeout: 120_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  const runtimeMain = await install(t, await pack(t, folder), join(folder, 'installed'));
  const sourceDir = join(folder, 'sources');
  await mkdir(sourceDir);
  await writeFile(join(sourceDir, 'score.py'), SCRIPT);
  const entry = {
    language: 'python',
    sourceDir,
    script: 'score.py',
    interpreter: await python(t),
    workers: 1,
    modelsDir: sourceDir,
    env: {},
    encodeNumpy: false,
    startTimeoutMs: 30_000,
  } as const;
  const { service, key, gateway } = await serveModels(t, {
    service: 'mirror',
    models: [],
    spec: { entry },
    runtimeMain,
  });
  const response = await fetch(`http://127.0.0.1:${gateway.port}/api/v1/service/${service}/score`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: 'abc',
  });
  assert.deepEqual([response.status, await response.json()], [200, 'cba']);
});

/** Packs a copy, so that nobody who uses the original meets a folder that is made for a moment. */
async function pack(scope: TestScope, folder: string): Promise<string> {
  const copy = join(folder, 'packages/runtime');
  for (const part of ['package.json', 'dist']) {
    await cp(join(ROOT, 'packages/runtime', part), join(copy, part), { recursive: true });
  }
  await cp(join(ROOT, 'python'), join(folder, 'python'), { recursive: true });
  const { code, stdout, stderr } = await runProcess(scope, 'npm', ['pack', '--silent'], { cwd: copy });
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    (await readdir(copy)).toSorted(),
    [stdout.trim(), 'dist', 'package.json'].toSorted(),
    'packing leaves nothing but the package',
  );
  return join(copy, stdout.trim());
}

/** Unpacks it into a folder of packages with all others of this repository; answers its main file. */
async function install(scope: TestScope, tarball: string, folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, '@slipway/runtime');
  await mkdir(own, { recursive: true });
  const { code, stderr } = await runProcess(scope, 'tar', [
    '-xzf',
    tarball,
    '--strip-components=1',
    '-C',
    own,
  ]);
  assert.equal(code, 0, stderr);
  for (const scoped of ['.', '@slipway']) {
    const there = join(ROOT, 'node_modules', scoped);
    for (const name of await readdir(there)) {
      const target = join(modules, scoped, name);
      if (target !== own && target !== dirname(own)) await symlink(join(there, name), target);
    }
  }
  return join(own, 'dist/main.js');
}

/** The Python that `python3` stands for, which may be a program that chooses one. */
async function python(scope: TestScope): Promise<string> {
  const { stdout } = await runProcess(scope, 'python3', ['-c', 'import sys; print(sys.executable)']);
  return stdout.trim();
}
