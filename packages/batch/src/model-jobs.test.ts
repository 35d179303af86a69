import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  addModel,
  BLACK_PIXEL,
  CONV_NET_IMAGE,
  convNet,
  identityModel,
  loopModel,
  ssdNet,
  temporaryFolder,
  WHITE_PIXEL,
  waitFor,
} from '@slipway/testkit';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { jobFolder, modelJob, runToEnd, startJob } from './job-fixtures.ts';

const PHOTO = new URL('../../runtime/fixtures/images/photo.jpg', import.meta.url);

const results = async (path: string | null) => {
  const lines = (await readFile(path ?? '', 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).sort((a, b) => a.row - b.row);
};

test('a model alone scores rows by the names of its inputs, and a row that does not fit harms no other', async (t) => {
  const rows = [
    '{"a":[1,2],"b":[10,20]}',
    '{"a":[1,2]}',
    '{"a":[1,2,3],"b":[1,2]}',
    '{"b":[0.5,1],"a":[1,1],"c":0}',
  ];
  const folder = await jobFolder(t, { 'in/rows.jsonl': rows.join('\n'), 'model.onnx': addModel() });
  const summary = await runToEnd(t, modelJob(folder));
  assert.deepEqual([summary.succeeded, summary.failed], [2, 2], JSON.stringify(summary));
  assert.deepEqual(await results(summary.resultFile), [
    { file: 'rows.jsonl', row: 1, outputs: { sum: [11, 22] } },
    { file: 'rows.jsonl', row: 4, outputs: { sum: [1.5, 2] } },
  ]);
  assert.match(
    summary.failures[0]?.error ?? '',
    /Input "b" FP32 \[2\] of a row: the row has no column of that name/,
  );
  assert.match(summary.failures[1]?.error ?? '', /shape \[3\]/);
});

test('the columns of a CSV file are the elements of the only input', async (t) => {
  const folder = await jobFolder(t, {
    'in/rows.csv': 'x,y\n1,2.5\n-3,4\nfour,5\n',
    'model.onnx': identityModel('FP32', ['batch', 2]),
  });
  const summary = await runToEnd(t, modelJob(folder, { mini_batch_size: 10 }));
  const outputs = (await results(summary.resultFile)).map((line) => line.outputs.output);
  assert.deepEqual(outputs, [
    [1, 2.5],
    [-3, 4],
  ]);
  assert.equal(summary.failures[0]?.items[0], '3');
});

test('Parquet is read by row groups, and whole numbers of 64 bits stay exact', async (t) => {
  const input = [9_007_199_254_740_993n, -1n, 2n ** 63n - 1n];
  const parquet = parquetWriteBuffer({
    columnData: [{ name: 'input', data: input, type: 'INT64' }],
    rowGroupSize: 2,
  });
  const folder = await jobFolder(t, {
    'in/rows.parquet': new Uint8Array(parquet),
    'model.onnx': identityModel('INT64', ['batch']),
  });
  const summary = await runToEnd(t, modelJob(folder));
  const text = await readFile(summary.resultFile ?? '', 'utf8');
  const found = [...text.matchAll(/"output":(-?[0-9]+)/g)].map(([, digits]) => BigInt(digits ?? ''));
  assert.deepEqual(found, input);
});

test('images are scored where a signature declares them, and one that is damaged is an error of its own', async (t) => {
  const [, height, width] = CONV_NET_IMAGE;
  const image = { name: 'photos', width, height, resize: 'bilinear', fit: 'stretch', layout: 'NCHW' };
  const input = JSON.stringify({ kind: 'ModelSignature', inputs: { image: { image } } });
  const photo = await readFile(PHOTO);
  const folder = await jobFolder(t, {
    'in/one.jpg': photo,
    'in/two/same.jpg': photo,
    'in/bad.jpg': 'no image',
    'model/model.onnx': convNet(1),
    'model/signature.json': input,
  });
  const models = [{ name: 'conv', version: 1, path: join(folder, 'model') }];
  const summary = await runToEnd(t, { ...modelJob(folder), models });
  assert.deepEqual([summary.succeeded, summary.failed], [2, 1], JSON.stringify(summary));
  assert.match(summary.failures[0]?.error ?? '', /not a JPEG/);
  assert.deepEqual(summary.failures[0]?.items, ['bad.jpg']);
  const [one, two] = await results(summary.resultFile);
  assert.deepEqual(one.outputs, two.outputs);
  assert.deepEqual([one.file, two.file].toSorted(), ['one.jpg', 'two/same.jpg']);
});

test('what a declared detector finds stands in the results, for each image its own rows', async (t) => {
  const side = { width: 300, height: 300, resize: 'bilinear', fit: 'stretch', layout: 'NHWC' };
  const labels = Array.from({ length: 21 }, (_, index) => (index === 12 ? 'dog' : ''));
  const signature = JSON.stringify({
    kind: 'ModelSignature',
    inputs: { InputImage: { image: { ...side, mean: [128, 128, 128] } } },
    detections: { layout: 'ssd-vgg-300', labels },
  });
  const dog = { block: 'block11', anchor: 0, classIndex: 12, logit: 20 };
  const folder = await jobFolder(t, {
    'in/dark.png': BLACK_PIXEL,
    'in/light.png': WHITE_PIXEL,
    'model/model.onnx': ssdNet([dog], { onlyInBright: true }),
    'model/signature.json': signature,
  });
  const models = [{ name: 'detector', version: 1, path: join(folder, 'model') }];
  const summary = await runToEnd(t, { ...modelJob(folder, { mini_batch_size: 2 }), models });
  const lines = await results(summary.resultFile);
  const found = Object.fromEntries(lines.map(({ file, outputs }) => [file, outputs]));
  const nothing = { boxes: [], classes: [], scores: [], num_detections: 0, labels: [] };
  assert.deepEqual(found['dark.png'], nothing);
  const { boxes, scores, ...named } = found['light.png'];
  assert.deepEqual(named, { classes: [12], num_detections: 1, labels: ['dog'] });
  assert.deepEqual([boxes.length, boxes[0].length, scores.length], [1, 4, 1]);
});

test('an accelerator that cannot be had fails the job, and is never the CPU in silence', async (t) => {
  const model = identityModel('FP32', ['batch', 2]);
  const folder = await jobFolder(t, { 'in/rows.jsonl': '[1,2]\n', 'model.onnx': model });
  const accelerator = (...providers: string[]) => ({
    providers,
    cpuFallback: true,
    engineDir: join(folder, 'none'),
  });
  const rows = [
    [
      accelerator('cuda', 'cpu'),
      /The libraries of .*"cuda".* are not installed: run "slipway engine install cuda"/,
    ],
    [accelerator('nonsense'), /has no execution provider "nonsense"/],
  ] as const;
  for (const [index, [asked, message]] of rows.entries()) {
    const spec = { ...modelJob(folder), accelerator: asked, output: join(folder, `out${index}`) };
    const { state, items, error } = await runToEnd(t, spec);
    assert.deepEqual([state, items, error?.code], ['failed', 0, 'unsupported']);
    assert.match(error?.message ?? '', message);
    const again = await runToEnd(t, { ...spec, accelerator: null });
    assert.match(again.error?.message ?? '', /not as it was when it began: executionProviders/);
  }
});

test('a model that runs for ever ends soon after its job was killed', async (t) => {
  const folder = await jobFolder(t, {
    'in/rows.jsonl': '[1000000000000]\n',
    'model.onnx': loopModel(),
  });
  const job = startJob(t, modelJob(folder, { processCount: 1 }));
  const host = await waitForHost(job.child.pid ?? 0);
  job.child.kill('SIGKILL');
  await waitFor(() => !existsSync(`/proc/${host}`), { what: 'the end of the process of the model' });
});

/** The process of the model, once it has begun to run. */
async function waitForHost(job: number): Promise<number> {
  let found: number | undefined;
  const isHost = () => {
    const children = readFileSync(`/proc/${job}/task/${job}/children`, 'utf8').trim();
    found = children === '' ? undefined : Number(children.split(' ')[0]);
    return found !== undefined && processorTicks(found) > BUSY_TICKS;
  };
  await waitFor(isHost, { what: 'a model that runs', timeoutMs: 20_000 });
  return found ?? 0;
}

/** Far more than a start takes. */
const BUSY_TICKS = 200;

/** Hundredths of seconds that a process has computed: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processorTicks(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11]);
}

test('a model of one row each gets them one by one', async (t) => {
  const folder = await jobFolder(t, {
    'in/rows.jsonl': '[1,2]\n[3,4]\n',
    'model.onnx': identityModel('FP32', [1, 2]),
  });
  const summary = await runToEnd(t, modelJob(folder));
  assert.deepEqual(
    (await results(summary.resultFile)).map((line) => line.outputs.output),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('a model that never returns is ended with its process, and files are refused with what the model takes', async (t) => {
  const folder = await jobFolder(t, { 'in/rows.jsonl': '[1000000000000]\n', 'model.onnx': loopModel() });
  const settings = { runInvocationTimeout: 1, runMaxTry: 1, processCount: 1 };
  const summary = await runToEnd(t, modelJob(folder, settings));
  assert.deepEqual([summary.state, summary.failed], ['done', 1], JSON.stringify(summary));
  assert.match(summary.failures[0]?.error ?? '', /did not return within 1 s/);
  const other = await temporaryFolder(t);
  await writeFile(join(other, 'a.bin'), '');
  const refused = await runToEnd(t, {
    ...modelJob(folder, settings),
    input: other,
    output: join(folder, 'out2'),
  });
  assert.match(refused.failures[0]?.error ?? '', /The model alone cannot score files: it takes/);
});
