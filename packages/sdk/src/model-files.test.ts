import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { digestOfFile, listModelFiles } from './model-files.ts';

async function makeFolder(t: TestContext, ...files: string[]): Promise<string> {
  const folder = join(await temporaryFolder(t), 'model');
  await mkdir(folder);
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), file);
  }
  return folder;
}

test('a file is a model of one file', async (t) => {
  const folder = await makeFolder(t, 'model.onnx');
  const source = join(folder, 'model.onnx');
  assert.deepEqual(await listModelFiles(source), { files: [{ path: 'model.onnx', source, size: 10 }] });
});

test('a folder keeps its relative paths, hidden files too', async (t) => {
  const folder = await makeFolder(t, 'model.onnx', 'assets/deep/labels.txt', '.hidden', '.config/x');
  const paths = (await listModelFiles(folder)).files.map((file) => file.path);
  assert.deepEqual(paths, ['.config/x', '.hidden', 'assets/deep/labels.txt', 'model.onnx']);
});

test('a link to a file inside is that file; the path itself may be a link', async (t) => {
  const folder = await makeFolder(t, 'data/weights');
  await symlink('data/weights', join(folder, 'alias'));
  await symlink(folder, join(folder, '..', 'current'));
  const { files, folder: name } = await listModelFiles(join(folder, '..', 'current'));
  assert.equal(name, 'current');
  assert.deepEqual(
    files.map(({ path, size }) => [path, size]),
    [
      ['alias', 12],
      ['data/weights', 12],
    ],
  );
});

test('what leads outside or is no file is refused with its name', async (t) => {
  const cases: [string, (folder: string) => Promise<unknown> | unknown][] = [
    ['outside', (folder) => symlink('/etc/hostname', join(folder, 'outside'))],
    ['up', (folder) => symlink('../secret', join(folder, 'up'))],
    ['dangling', (folder) => symlink('nowhere', join(folder, 'dangling'))],
    ['around', (folder) => symlink('.', join(folder, 'around'))],
    ['sub', (folder) => mkdir(join(folder, 'd')).then(() => symlink('d', join(folder, 'sub')))],
    ['pipe', (folder) => execFileSync('mkfifo', [join(folder, 'pipe')])],
    ['back', (folder) => writeFile(join(folder, 'back\\slash'), '')],
  ];
  for (const [name, spoil] of cases) {
    const folder = await makeFolder(t, 'model.onnx');
    await writeFile(join(folder, '..', 'secret'), 'not meant');
    await spoil(folder);
    await assert.rejects(
      listModelFiles(folder),
      { code: 'invalid_argument', message: new RegExp(name) },
      name,
    );
  }
});

test('nothing there, and nothing in it, are said', async (t) => {
  const folder = await makeFolder(t);
  await assert.rejects(listModelFiles(folder), { code: 'invalid_argument', message: /has no files/ });
  await assert.rejects(listModelFiles(join(folder, 'x')), { code: 'not_found', message: /cannot be found/ });
});

test('a file is hashed in parts', async (t) => {
  const file = join(await makeFolder(t), 'big');
  await writeFile(file, Buffer.alloc(3_000_000));
  const parts: number[] = [];
  const digest = await digestOfFile(file, (count) => parts.push(count));
  assert.equal(digest, 'sha256:35bce4eae54ec8e6cc2868baa8d157914d6ae2858811b4cc0c078c94460fa26f');
  assert.equal(
    parts.reduce((sum, part) => sum + part, 0),
    3_000_000,
  );
  assert.ok(parts.length > 1);
});
