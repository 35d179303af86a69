import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '@slipway/testkit';
import { jobFolder, runToEnd, scriptJob, startJob } from './job-fixtures.ts';

const NUMBERS = Object.fromEntries(
  Array.from({ length: 25 }, (_, index) => [`in/f${index}.txt`, String(index)]),
);

const ECHO = `
import os, sys
def run(mini_batch):
    print("scoring", len(mini_batch))
    return ["%s: %s" % (os.path.basename(path), open(path).read()) for path in mini_batch]
`;

const lines = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n').sort();

test('a script scores a folder of files, each once, and leaves results, a summary and logs', async (t) => {
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': ECHO });
  const summary = await runToEnd(t, scriptJob(folder, { mini_batch_size: 4 }));
  assert.equal(summary.state, 'done', JSON.stringify(summary));
  assert.deepEqual([summary.items, summary.succeeded, summary.failed, summary.miniBatches], [25, 25, 0, 7]);
  assert.equal(summary.resultFile, join(folder, 'out/parallel_run_step.txt'));
  const expected = Array.from({ length: 25 }, (_, index) => `f${index}.txt: ${index}`).sort();
  assert.deepEqual(await lines(summary.resultFile ?? ''), expected);
  const stdout = await Promise.all(
    ['1', '2'].map((number) => readFile(join(folder, `out/logs/user/stdout/${number}.stdout.txt`), 'utf8')),
  );
  assert.match(stdout.join(''), /^scoring 4$/m);
  assert.match(
    await readFile(join(folder, 'out/logs/job_progress_overview.txt'), 'utf8'),
    /INFO Done: 25 items/,
  );
});

test('missing elements, exceptions, hangs and deaths cost their items alone, after so many tries', async (t) => {
  const script = `
import os, time
def run(mini_batch):
    number = int(open(mini_batch[0]).read())
    with open(os.environ["TRIES"] + "/tries-%d" % number, "a") as file: file.write(".")
    if number == 1: raise ValueError("unlucky")
    if number == 2: time.sleep(60)
    if number == 3: os._exit(9)
    return [] if number == 4 else [number]
`;
  const files = Object.fromEntries([0, 1, 2, 3, 4, 5].map((number) => [`in/${number}`, String(number)]));
  const folder = await jobFolder(t, { ...files, 'score.py': script });
  const settings = { mini_batch_size: 1, run_invocation_timeout: 1, run_max_try: 2 };
  const summary = await runToEnd(t, scriptJob(folder, settings), { TRIES: folder });
  assert.deepEqual([summary.state, summary.succeeded, summary.failed], ['done', 2, 4]);
  const errors = new Map(summary.failures.map(({ items, tries, error }) => [items[0], `${tries} ${error}`]));
  assert.match(errors.get('1') ?? '', /^2 run\(\) raised ValueError: unlucky/);
  assert.match(errors.get('2') ?? '', /^2 run\(\) did not return within 1 s/);
  assert.match(errors.get('3') ?? '', /^2 The process of score\.py .* ended with status 9/);
  assert.match(errors.get('4') ?? '', /^1 run\(\) returned 0 elements for 1 items/);
  for (const number of [1, 2, 3]) assert.equal(await readFile(join(folder, `tries-${number}`), 'utf8'), '..');
  assert.deepEqual(await lines(join(folder, 'out/parallel_run_step.txt')), ['0', '5']);
  assert.equal((await lines(join(folder, 'out/failures.jsonl'))).length, 4);
  assert.match(
    await readFile(join(folder, 'out/logs/user/error.txt'), 'utf8'),
    /Mini-batch 1, try 2 of 2.*unlucky/,
  );
});

test('too many errors end the job, which then does not look finished, and goes on when more are allowed', async (t) => {
  const script = 'def run(mini_batch): return [p for p in mini_batch if p.endswith("1.txt")]';
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': script });
  const settings = { mini_batch_size: 5, error_threshold: 3, processCount: 1 };
  const summary = await runToEnd(t, scriptJob(folder, settings));
  assert.deepEqual([summary.state, summary.resultFile], ['failed', null]);
  assert.match(summary.error?.message ?? '', /items without a result: [0-9]+; errorThreshold: 3/);
  await assert.rejects(stat(join(folder, 'out/parallel_run_step.txt')), { code: 'ENOENT' });
  const again = await runToEnd(t, scriptJob(folder, { ...settings, error_threshold: 25 }));
  assert.deepEqual([again.state, again.items, again.succeeded], ['done', 25, 3]);
  assert.equal((await lines(join(folder, 'out/parallel_run_step.txt'))).length, 3);
});

test('a script that cannot be started fails the job with its reason', async (t) => {
  const rows = [
    ['import no_such_module', /No module named 'no_such_module'/],
    [
      'def init(): raise ValueError("no weights")\ndef run(mini_batch): return []',
      /no weights.*It was tried 3 times/s,
    ],
  ] as const;
  for (const [script, message] of rows) {
    const folder = await jobFolder(t, { 'in/a': '', 'score.py': script });
    const summary = await runToEnd(t, scriptJob(folder));
    assert.equal(summary.state, 'failed');
    assert.match(summary.error?.message ?? '', message);
  }
});

test('rows of tables reach the script as they are, and what cannot be read counts as an error', async (t) => {
  const script = `
import sys
sys.modules["pandas"] = None
def run(rows): return rows
`;
  const jsonl = '\ufeff{"a": 12345678901234567890, "b": [1.50]}\n\n{"a": \n"text"\n';
  const csv = 'id,name,flag\n007,"a ""b"", c",true\n-1.5e3,,x\n1,2\n';
  const folder = await jobFolder(t, { 'in/rows.jsonl': jsonl, 'score.py': script, 'csv/rows.csv': csv });
  const summary = await runToEnd(t, scriptJob(folder));
  assert.deepEqual([summary.items, summary.succeeded], [3, 2]);
  assert.deepEqual(await lines(join(folder, 'out/parallel_run_step.txt')), [
    'text',
    '{"a": 12345678901234567890, "b": [1.5]}',
  ]);
  assert.deepEqual([summary.failures[0]?.file, summary.failures[0]?.items], ['rows.jsonl', ['3']]);
  const spec = { ...scriptJob(folder), input: join(folder, 'csv/rows.csv'), output: join(folder, 'out2') };
  const second = await runToEnd(t, spec);
  assert.deepEqual(await lines(second.resultFile ?? ''), [
    '{"id": "007", "name": "a \\"b\\", c", "flag": true}',
    '{"id": -1500.0, "name": null, "flag": "x"}',
  ]);
  assert.match(second.failures[0]?.error ?? '', /It has 2 cells, but the first line names 3 columns/);
});

test('results that are only counted make no file', async (t) => {
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': ECHO });
  const summary = await runToEnd(t, scriptJob(folder, { output_action: 'summary_only' }));
  assert.deepEqual([summary.state, summary.succeeded, summary.resultFile], ['done', 25, null]);
  await assert.rejects(stat(join(folder, 'out/parallel_run_step.txt')), { code: 'ENOENT' });
});

test('each process has a GPU of its own, and one beyond their number has none', async (t) => {
  const script = `
import os, time
def run(mini_batch):
    time.sleep(0.2)
    return [repr(os.environ["CUDA_VISIBLE_DEVICES"])] * len(mini_batch)
`;
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': script });
  const summary = await runToEnd(t, scriptJob(folder, { mini_batch_size: 1, processCount: 3 }), {
    CUDA_VISIBLE_DEVICES: '4,GPU-7',
  });
  assert.deepEqual([...new Set(await lines(summary.resultFile ?? ''))], ["''", "'4'", "'GPU-7'"]);
});

test('the driver says which GPUs there are, what services have is left to them, and a broken driver is told', async (t) => {
  const script = 'import os\ndef run(mini_batch): return [repr(os.environ.get("CUDA_VISIBLE_DEVICES"))]';
  const smi = `#!/bin/sh\n[ -z "$BROKEN" ] || { echo no driver; exit 9; }\necho '0, GPU-a, H100, 80, 580.1'\necho '1, GPU-b, H100, 80, 580.1'\n`;
  const folder = await jobFolder(t, { 'in/a': '', 'score.py': script, 'bin/nvidia-smi': smi });
  await chmod(join(folder, 'bin/nvidia-smi'), 0o755);
  const devices = [
    { id: 'GPU-a', service: 'digits' },
    { id: 'GPU-b', service: null },
  ];
  const rows = [
    [null, '', "'GPU-a'", /^$/],
    [{ devices, problem: null }, '', "'GPU-b'", /^GPU GPU-a belongs to the service digits/],
    [{ devices: [], problem: null }, '', "''", /^2 of 2 GPUs are declared away/],
    [null, 'yes', 'None', /^GPUs are not used: nvidia-smi .* status 9 \(no driver\)/],
  ] as const;
  for (const [index, [serverGpus, broken, expected, note]] of rows.entries()) {
    const spec = { ...scriptJob(folder), output: join(folder, `out${index}`), serverGpus };
    const path = `${join(folder, 'bin')}:${process.env['PATH']}`;
    const job = startJob(t, spec, { PATH: path, BROKEN: broken });
    assert.deepEqual(await lines((await job.summary)?.resultFile ?? ''), [expected]);
    const notes = job.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    assert.match(notes.join('\n'), note);
  }
});

test('a job goes on only if input, script and settings are those that it began with', async (t) => {
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': ECHO });
  const first = await runToEnd(t, scriptJob(folder));
  const again = startJob(t, scriptJob(folder, { processCount: 1 }));
  assert.equal((await again.summary)?.succeeded, first.succeeded);
  assert.match(JSON.stringify(again.events), /is done already/);
  const rows = [
    ['miniBatchSize', { miniBatchSize: 3 }, async () => undefined],
    ['the script', {}, () => writeFile(join(folder, 'score.py'), `${ECHO}\n`)],
    ['the input', {}, () => writeFile(join(folder, 'in/new.txt'), '')],
  ] as const;
  for (const [part, settings, change] of rows) {
    await change();
    const refused = await runToEnd(t, scriptJob(folder, settings));
    assert.equal(refused.error?.code, 'conflict');
    assert.match(refused.error?.message ?? '', new RegExp(`not as it was when it began:.*${part}`));
  }
});

test('a second process is kept out of the folder, and a job that is told to stop goes on later', async (t) => {
  const script = `import time\n${ECHO.replace('print', 'time.sleep(0.3); print')}`;
  const folder = await jobFolder(t, { ...NUMBERS, 'score.py': script });
  const first = startJob(t, scriptJob(folder, { mini_batch_size: 1 }));
  await waitFor(() => first.events.some(({ type }) => type === 'progress'), { what: 'progress' });
  const second = await runToEnd(t, scriptJob(folder, { mini_batch_size: 1 }));
  assert.match(second.error?.message ?? '', /Another process works on the job/);
  first.child.stdin?.end();
  const stopped = await first.summary;
  assert.equal(stopped?.state, 'stopped');
  assert.ok((stopped?.items ?? 0) < 25);
  const last = await runToEnd(t, scriptJob(folder, { mini_batch_size: 1 }));
  assert.deepEqual([last.state, last.succeeded], ['done', 25]);
  assert.equal((await lines(last.resultFile ?? '')).length, 25);
});
