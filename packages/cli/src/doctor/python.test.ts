import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkPython, judge } from './python.ts';

const PYTHON = { path: '/usr/bin/python3', version: [3, 11, 7], venv: true };

type Row = readonly [what: string, found: Parameters<typeof judge>, result: string, message: RegExp];

const ROWS: readonly Row[] = [
  [
    'Python alone',
    [PYTHON, undefined, undefined],
    'ok',
    /^Python 3\.11\.7 \(\/usr\/bin\/python3\); environments are built by venv and pip; none of micromamba, /,
  ],
  [
    'all tools',
    [PYTHON, '/bin/uv', '/bin/conda'],
    'ok',
    /; environments are built by \/bin\/uv, or by \/bin\/conda\.$/,
  ],
  [
    'a Python without venv',
    [{ ...PYTHON, venv: false }, undefined, undefined],
    'warning',
    /cannot make environments: install uv, or .*python3-venv/,
  ],
  [
    'a Python without venv beside uv',
    [{ ...PYTHON, venv: false }, '/bin/uv', undefined],
    'ok',
    /built by \/bin\/uv/,
  ],
  [
    'nothing',
    [undefined, undefined, undefined],
    'warning',
    /^No Python 3\.8 or later is on the PATH: entry scripts in Python cannot be served\. All/,
  ],
  ['uv alone', [undefined, '/bin/uv', undefined], 'warning', /\/bin\/uv can install one/],
];

for (const [what, [python, uv, conda], result, message] of ROWS) {
  test(`${what}: ${result}`, () => {
    const finding = judge(python, uv, conda);
    assert.equal(finding.result, result);
    assert.match(finding.message, message);
  });
}

test('a Python is found behind one that does not run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal((await checkPython({ PATH: folder })).result, 'warning');
  await symlink(process.execPath, join(folder, 'python3'));
  const { message } = await checkPython({ PATH: `${folder}:${process.env['PATH']}` });
  assert.match(message, /^Python 3\.[0-9]+\.[0-9]+ \(/);
});
