import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, waitFor } from '@slipway/testkit';
import { jobFolder, scriptJob, startJob } from './job-fixtures.ts';

const ROWS = 1_000;
const KILLS = 8;

/** Long enough to be killed in the middle of mini-batches, and between results and journal; every fourth is killed in the start. */
const LONGEST_MS = 300;

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
  const done: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const job = startJob(t, spec);
    const exited = once(job.child, 'exit');
    const isScoring = () => job.child.exitCode !== null || job.events.some(({ type }) => type === 'progress');
    if (round % 4 > 0) await waitFor(isScoring, { what: 'a mini-batch that is done', timeoutMs: 20_000 });
    await Promise.race([sleep(random() * LONGEST_MS), exited]);
    if (!job.child.kill('SIGKILL')) break;
    await exited;
    const [started] = job.events;
    if (started?.type === 'started') done.push(started.resumed?.items ?? 0);
  }
  assert.ok(new Set(done).size > 3, `killed with so many rows done before: ${done}`);
  const summary = await startJob(t, spec).summary;
  assert.deepEqual([summary?.state, summary?.items, summary?.succeeded], ['done', ROWS, ROWS]);
  const lines = (await readFile(join(folder, 'out/parallel_run_step.txt'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map(Number).sort((a, b) => a - b),
    ids,
  );
});
