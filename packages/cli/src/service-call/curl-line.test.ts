import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { curlLine } from './curl-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
after(() => rmSync(folder, { recursive: true }));

const CALL = {
  folder,
  name: 'line-test',
  uri: 'http://127.0.0.1:1/score',
  credential: "it's",
  body: '{"data": [1]}',
};

/** The words that a shell makes of a line. */
function words(line: string): string[] {
  return execFileSync('bash', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

test('a short body stands in the line, safe from the shell', async () => {
  assert.deepEqual(words(await curlLine(CALL)).slice(3), [
    '-H',
    "Authorization: Bearer it's",
    '-H',
    'Content-Type: application/json',
    '-d',
    '{"data": [1]}',
  ]);
});

test('a long body stands in a file', async () => {
  const body = JSON.stringify({ data: [Array(784).fill(0)] });
  const file = words(await curlLine({ ...CALL, body })).at(-1) ?? '';
  assert.match(file, /^@/);
  assert.equal(readFileSync(file.slice(1), 'utf8'), body);
});

test('without a key there is no header for it', async () => {
  assert.doesNotMatch(await curlLine({ ...CALL, credential: undefined }), /Authorization/);
});
