import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { describePython } from './describe-python.ts';

const NEVER = new AbortController().signal;

test('a Python with many packages tells them all', async (t) => {
  const folder = join(await temporaryFolder(t), 'env');
  execFileSync('python3', ['-m', 'venv', '--without-pip', folder]);
  const python = join(folder, 'bin/python');
  const { sitePath } = await describePython(python, NEVER, { packages: false });
  const names = Array.from({ length: 200 }, (_, index) => `package_${String(index).padStart(3, '0')}`);
  for (const name of names) {
    const info = join(sitePath, `${name}-1.0.dist-info`);
    await mkdir(info);
    await writeFile(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
    await writeFile(join(info, 'INSTALLER'), 'pip\n');
  }
  const { packages } = await describePython(python, NEVER, { packages: true });
  assert.deepEqual(
    packages.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    names.map((name) => ({ name, version: '1.0', installer: 'pip' })),
  );
});

test('what is no Python is refused with what it says', async () => {
  await assert.rejects(describePython(process.execPath, NEVER, { packages: false }), {
    code: 'unavailable',
    message: /node does not run as a Python 3: .{1,500}\.$/,
  });
});
