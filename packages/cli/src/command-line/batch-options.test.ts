import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { batchOptions } from './batch-options.ts';

test('options come before the file, under whatever name the file has for them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    'input: ./images\nentry_script: digit.py\nmini_batch_size: "20"\nprocess_count_per_node: 2\nmodels: digits:2\nrun_max_try: 1\n',
  );
  const flags = { config, output: 'out', miniBatchSize: '5', processCount: '4', json: true } as const;
  assert.deepEqual(await batchOptions(flags), {
    input: './images',
    output: 'out',
    entryScript: 'digit.py',
    miniBatchSize: '5',
    processCount: '4',
    models: ['digits:2'],
    runMaxTry: 1,
  });
});

test('input and output must be said', async () => {
  await assert.rejects(batchOptions({ output: 'out' }), /Say what to score, a file or a folder: --input\./);
  await assert.rejects(batchOptions({ input: 'in' }), /--output\./);
});
