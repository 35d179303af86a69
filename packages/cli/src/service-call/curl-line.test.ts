import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { curlLine } from './curl-line.ts';

const CALL = { uri: 'http://127.0.0.1:1/score', credential: "it's", body: { data: [1] } };

/** The arguments that `curl` would be called with. */
function run(line: string): string[] {
  const script = `curl() { printf "%s\\n" "$@"; }\n${line}`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

test('a short body stands in the line, safe from the shell', () => {
  assert.deepEqual(run(curlLine(CALL)), [
    '-sS',
    'http://127.0.0.1:1/score',
    '-H',
    "Authorization: Bearer it's",
    '-H',
    'Content-Type: application/json',
    '-d',
    '{"data":[1]}',
  ]);
});

test('a long body is computed', () => {
  const body = { "it's": [Array(784).fill(0)] };
  const line = curlLine({ ...CALL, body });
  assert.ok(line.length < 250, line);
  const [script = ''] = line.split(' | ');
  assert.deepEqual(JSON.parse(execFileSync('bash', ['-c', script], { encoding: 'utf8' })), body);
  assert.match(line, / -d @-$/);
});

test('without a key there is no header for it', () => {
  assert.doesNotMatch(curlLine({ ...CALL, credential: undefined }), /Authorization/);
});
