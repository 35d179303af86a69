import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@slipway/testkit';
import { jobFolder, scriptJob, startJob } from './job-fixtures.ts';

const ROWS = 600;
const KILLS = 8;

/** Long enough to be killed in the start, in the middle of mini-batches, and between results and journal. */
const LONGEST_MS = 1_500;

test('a job that is killed at any moment, again and again, has each row in its results once', async (t) => {
  const script = `
import time
def run(rows):
    time.sleep(0.02)
    return [row["id"] if isinstance(row, dict) else int(row) for row in (rows if isinstance(rows, list) else rows["id"])]
`;
  const row = (id: number) => `{"id":${id}}\n`;
  const ids = Array.from({ length: ROWS }, (_, index) => index);
  const folder = await jobFolder(t, {
    'in/a.jsonl': ids.slice(0, 250).map(row).join(''),
    'in/b.jsonl': ids.slice(250).map(row).join(''),
    'score.py': script,
  });
  const spec = scriptJob(folder, { miniBatchSize: '64' });
  const random = seededRandom(18);
  let killed = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const job = startJob(t, spec);
    const exited = once(job.child, 'exit');
    await Promise.race([sleep(200 + random() * LONGEST_MS), exited]);
    if (job.child.kill('SIGKILL')) killed += 1;
    await exited;
  }
  assert.ok(killed > 2, `only ${killed} processes were killed before the job was done`);
  const summary = await startJob(t, spec).summary;
  assert.deepEqual([summary?.state, summary?.items, summary?.succeeded], ['done', ROWS, ROWS]);
  const lines = (await readFile(join(folder, 'out/parallel_run_step.txt'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map(Number).sort((a, b) => a - b),
    ids,
  );
});
