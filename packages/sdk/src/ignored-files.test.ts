import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { ignoredIn } from './ignored-files.ts';
import { listModelFiles } from './model-files.ts';

/** A folder with sources, caches, and an environment whose link leads out of it. */
async function sources(scope: TestScope, ignoreFiles: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder(scope);
  const paths = ['score.py', 'lib/net.py', 'lib/__pycache__/net.pyc', 'notes.txt', 'data/Big.bin'];
  for (const [path, text] of [...paths.map((path) => [path, ''] as const), ...Object.entries(ignoreFiles)]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, '.venv/bin'), { recursive: true });
  await symlink(process.execPath, join(folder, '.venv/bin/python'));
  return folder;
}

async function sent(folder: string): Promise<string[]> {
  const { files } = await listModelFiles(folder, await ignoredIn(folder, 'score.py'));
  return files.map(({ path }) => path);
}

for (const [what, ignoreFiles, expected] of [
  [
    '.gitignore alone',
    { '.gitignore': '# of tools\n.venv/\n__pycache__/\n/data\n' },
    ['.gitignore', 'lib/net.py', 'notes.txt', 'score.py'],
  ],
  [
    '.amlignore before .gitignore',
    { '.gitignore': '*.py\n', '.amlignore': '.venv\n*.txt\n!notes.txt\nbig.bin\n' },
    [
      '.amlignore',
      '.gitignore',
      'data/Big.bin',
      'lib/__pycache__/net.pyc',
      'lib/net.py',
      'notes.txt',
      'score.py',
    ],
  ],
] as const) {
  test(`${what} says what is left out`, async (t) => {
    assert.deepEqual(await sent(await sources(t, ignoreFiles)), expected);
  });
}

test('without such a file, or with one that leaves out the script, nothing is sent', async (t) => {
  await assert.rejects(sent(await sources(t, {})), {
    code: 'not_found',
    message: /neither \.amlignore nor \.gitignore/,
  });
  await assert.rejects(sent(await sources(t, { '.gitignore': '*.py' })), {
    code: 'invalid_argument',
    message: /leaves out the entry script score\.py itself: add the line "!score\.py"/,
  });
});
