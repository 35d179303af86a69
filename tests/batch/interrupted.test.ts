// Ctrl-C at a batch job: all processes end, and the same line goes on with it.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProcess, startProcess, temporaryFolder, waitFor } from '@slipway/testkit';

const SLIPWAY = join(import.meta.dirname, '../../packages/cli/bin/slipway.js');
const ROWS = 100;

test('Ctrl-C stops a job with all its processes, and the same call goes on with it', async (t) => {
  const folder = await temporaryFolder(t);
  const rows = Array.from({ length: ROWS }, (_, id) => `{"id":${id}}\n`);
  await writeFile(join(folder, 'rows.jsonl'), rows.join(''));
  await writeFile(
    join(folder, 'score.py'),
    'import time\ndef run(rows):\n    time.sleep(0.1)\n    return [str(row) for row in rows]\n',
  );
  const args = [SLIPWAY, 'batch', 'run', '--input', 'rows.jsonl', '--output', 'out'];
  args.push('--entry-script', 'score.py', '--mini-batch-size', '1', '--process-count', '2', '--json');
  const job = await startProcess(t, process.execPath, args, { cwd: folder });
  await job.waitForOutput(/"type":"progress"/, 30_000);
  // The command line, the job, and two of Python.
  assert.equal(processesIn(folder).length, 4);
  const { code } = await job.stop('SIGINT');
  assert.equal(code, 1, job.stderr());
  assert.match(job.stderr(), /^Error \(cancelled\): The job was stopped\. Begin it again/m);
  await waitFor(() => processesIn(folder).length === 0, { what: 'the end of all processes of the job' });
  const { code: second, stdout, stderr } = await runProcess(t, process.execPath, args, { cwd: folder });
  assert.equal(second, 0, stderr);
  const [started] = stdout.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
  assert.ok(started.resumed.items > 0 && started.resumed.items < ROWS, JSON.stringify(started));
  const lines = (await readFile(join(folder, 'out/parallel_run_step.txt'), 'utf8')).trimEnd().split('\n');
  assert.equal(new Set(lines).size, ROWS);
  assert.equal(lines.length, ROWS);
});

/** All that work in a folder, and all that those have started. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^[0-9]+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}
