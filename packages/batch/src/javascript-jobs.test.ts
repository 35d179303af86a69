import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BatchSpec } from '@slipway/contract';
import { identityModel } from '@slipway/testkit';
import { jobFolder, runToEnd, scriptJob } from './job-fixtures.ts';

/** A job over `in` into `out`, with `score.ts`. */
function typescriptJob(folder: string, settings?: BatchSpec['settings']): BatchSpec {
  const script = {
    sourceDir: folder,
    script: 'score.ts',
    isWholeFolder: false,
    runsIn: { language: 'javascript' },
  } as const;
  return { ...scriptJob(folder, settings), script };
}

const lines = async (path: string | null) =>
  (await readFile(path ?? '', 'utf8')).trimEnd().split('\n').sort();

test('a script in TypeScript scores files, with its model on the engine of the job, a line for each', async (t) => {
  const script = `
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BatchInit, loadOnnxModel, type OnnxModel } from '@slipway/sdk/entry';
let model: OnnxModel;
export async function init({ modelDir, models }: BatchInit): Promise<void> {
  console.log(models.map(({ name, version }) => name + ':' + version), process.env['AZUREML_LOG_LEVEL']);
  model = await loadOnnxModel(join(modelDir, 'model.onnx'));
}
export async function run(miniBatch: readonly string[]): Promise<string[]> {
  console.log('scoring', miniBatch.length, process.cwd());
  const numbers = await Promise.all(miniBatch.map(async (path) => Number(await readFile(path, 'utf8'))));
  const { output } = model.run({ input: { data: numbers, shape: [numbers.length] } });
  return miniBatch.map((path, index) => basename(path) + ': ' + output?.data[index] + '\\n');
}
`;
  const files = Object.fromEntries([0, 1, 2, 3, 4].map((number) => [`in/${number}`, String(number)]));
  const model = identityModel('FP32', ['batch']);
  const folder = await jobFolder(t, { ...files, 'score.ts': script, 'model.onnx': model });
  const models = [{ name: 'echo', version: 1, path: join(folder, 'model.onnx') }];
  const summary = await runToEnd(t, { ...typescriptJob(folder, { mini_batch_size: 2 }), models });
  assert.deepEqual(
    [summary.state, summary.items, summary.succeeded],
    ['done', 5, 5],
    JSON.stringify(summary),
  );
  const expected = ['0: 0\\n', '1: 1\\n', '2: 2\\n', '3: 3\\n', '4: 4\\n'];
  assert.deepEqual(await lines(summary.resultFile), expected);
  const printed = await Promise.all(
    [1, 2].map((number) => readFile(join(folder, `out/logs/user/stdout/${number}.stdout.txt`), 'utf8')),
  );
  assert.match(printed.join(''), /^\[ 'echo:1' \] INFO$/m);
  assert.ok(printed.join('').includes(`scoring 2 ${folder}\n`), printed.join(''));
});

test('missing elements, exceptions, hangs and ends of TypeScript cost their items alone, after so many tries', async (t) => {
  const script = `
import { appendFileSync, readFileSync } from 'node:fs';
export async function run([path]: readonly string[]): Promise<unknown> {
  const number = Number(readFileSync(path!, 'utf8'));
  appendFileSync(process.env['TRIES'] + '/tries-' + number, '.');
  if (number === 1) throw new RangeError('unlucky');
  if (number === 2) for (;;);
  if (number === 3) process.exit(9);
  if (number === 4) return [];
  if (number === 5) { void Promise.reject(new Error('forgotten')); await new Promise(() => undefined); }
  if (number === 6) return 'text';
  if (number === 7) return [1, 2];
  return [new Map()];
}
`;
  const all = [1, 2, 3, 4, 5, 6, 7, 8];
  const files = Object.fromEntries(all.map((number) => [`in/${number}`, String(number)]));
  const folder = await jobFolder(t, { ...files, 'score.ts': script });
  const settings = { mini_batch_size: 1, run_invocation_timeout: 2, run_max_try: 2 };
  const summary = await runToEnd(t, typescriptJob(folder, settings), { TRIES: folder });
  assert.deepEqual([summary.state, summary.failed], ['done', all.length], JSON.stringify(summary));
  const errors = new Map(summary.failures.map(({ items, tries, error }) => [items[0], `${tries} ${error}`]));
  const reasons = [
    /^2 run\(\) has failed: RangeError: unlucky$/,
    /^2 run\(\) did not return within 2 s/,
    /^2 The thread of score\.ts ended with status 9/,
    /^1 run\(\) returned 0 elements for 1 items/,
    /^2 run\(\) has failed: Error: forgotten$/,
    /^2 run\(\) returned a string, but it must return an array/,
    /^2 run\(\) returned 2 elements for 1 items/,
    /^2 run\(\) returned a Map at result\[0\]/,
  ];
  for (const [index, reason] of reasons.entries()) assert.match(errors.get(String(index + 1)) ?? '', reason);
  for (const number of [1, 2, 3, 5])
    assert.equal(await readFile(join(folder, `tries-${number}`), 'utf8'), '..', `tries at ${number}`);
});

test('rows reach TypeScript with all digits, and typed arrays are lists of results', async (t) => {
  const script = `
export const run = (rows: readonly { id: bigint | number }[]) =>
  rows.length === 1 ? new Float32Array([0.1]) : rows.map(({ id }) => [typeof id, String(id)]);
`;
  const rows = '{"id":9007199254740993}\n{"id":-12345678901234567890}\n{"id":1.5}\n';
  const folder = await jobFolder(t, { 'in/a.jsonl': rows, 'in/b.jsonl': '{"id":1}\n', 'score.ts': script });
  const summary = await runToEnd(t, typescriptJob(folder));
  assert.deepEqual(await lines(summary.resultFile), [
    '0.1',
    '["bigint","-12345678901234567890"]',
    '["bigint","9007199254740993"]',
    '["number","1.5"]',
  ]);
});

test('a script in TypeScript that cannot be started fails the job with its reason', async (t) => {
  const rows = [
    ['enum Kind { A }\nexport const run = () => [Kind.A];', /score\.ts:1: .*enum/],
    ['export const score = 1;', /does not have a run\(\) function/],
    [
      'export const init = () => { throw new Error("no weights"); };\nexport const run = () => [];',
      /no weights.*It was tried 3 times/s,
    ],
  ] as const;
  for (const [script, message] of rows) {
    const folder = await jobFolder(t, { 'in/a': '', 'score.ts': script });
    const summary = await runToEnd(t, typescriptJob(folder));
    assert.equal(summary.state, 'failed');
    assert.match(summary.error?.message ?? '', message);
  }
});
