import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { CollectionSettings, Signature, Tensor } from '@slipway/contract';
import { mountSmallDisk, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Collection } from './collection.ts';
import { createCollection } from './create-collection.ts';
import { dayOf } from './dated-folders.ts';

const SIGNATURE: Signature = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [null] }],
  outputs: [{ name: 'y', datatype: 'BYTES', shape: [null] }],
};
const MODEL = { name: 'digits', version: 3, signature: SIGNATURE };
const NO_DEADLINE = new AbortController().signal;

interface Collecting {
  readonly collection: Collection;
  readonly dir: string;
  readonly told: string[];
  collect(x: readonly number[], y?: string): void;
}

async function startCollecting(
  scope: TestScope & { after(end: () => Promise<void>): void },
  settings: Partial<CollectionSettings> = {},
  random?: () => number,
): Promise<Collecting> {
  const dir = settings.dir ?? join(await temporaryFolder(scope), 'collected');
  const told: string[] = [];
  const log = {
    info: (_: object, message: string) => told.push(message),
    warn: (_: object, message: string) => told.push(message),
  };
  const all = { format: null, sampleRatio: 1, maxBytes: 1e9, keepDays: 30, ...settings, dir };
  const process = { service: 'digits', revision: 7, replicaId: 'r1', models: [] };
  const collection = createCollection(all, process, log as never, random);
  scope.after(() => collection.close(NO_DEADLINE));
  return {
    collection,
    dir,
    told,
    collect(x, y = 'seven') {
      const record = collection.begin('id-1', MODEL, [singles(x)]);
      record?.answered(200, [{ name: 'y', datatype: 'BYTES', shape: [1], data: [Buffer.from(y)] }]);
    },
  };
}

function singles(values: readonly number[]): Tensor {
  return { name: 'x', datatype: 'FP32', shape: [values.length], data: new Float32Array(values) };
}

async function readAll(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (path) => [path.slice(dir.length + 1), await readFile(path, 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

test('inputs and outputs of a request are one line of the file of their day', async (t) => {
  const { collection, dir, collect } = await startCollecting(t);
  collect([0.1, Number.NaN]);
  const forgotten = collection.begin('id-2', MODEL, [singles([1])]);
  forgotten?.forget();
  await collection.close(NO_DEADLINE);
  const path = `digits/3/requests/${dayOf(Date.now())}/data-r1-1.jsonl`;
  const files = await readAll(dir);
  assert.deepEqual(Object.keys(files), [path]);
  const { time, ...rest } = JSON.parse(files[path] ?? '');
  assert.ok(Math.abs(Date.now() - Date.parse(time)) < 60_000);
  assert.deepEqual(rest, {
    request_id: 'id-1',
    model: 'digits',
    version: 3,
    status: '200',
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [2],
        data: [0.1, 'NaN'].map((v) => (v === 0.1 ? Math.fround(0.1) : v)),
      },
    ],
    outputs: [{ name: 'y', datatype: 'BYTES', shape: [1], data: ['seven'] }],
  });
  assert.deepEqual(collection.counts(), { written: 1, dropped: { buffer: 0, disk: 0, limit: 0, data: 0 } });
});

test('images and other bytes are told by size and digest', async (t) => {
  const { collection, dir } = await startCollecting(t);
  const image = { crop: 'none' } as never;
  const model = {
    ...MODEL,
    signature: { ...SIGNATURE, inputs: [{ name: 'x', datatype: 'BYTES', shape: [null], image }] },
  } as typeof MODEL;
  const text: Tensor = { name: 'x', datatype: 'BYTES', shape: [1], data: [Buffer.from('abc')] };
  const bytes: Tensor = { name: 'y', datatype: 'BYTES', shape: [1], data: [Buffer.from([0xff])] };
  collection.begin('id-1', model, [text])?.answered('OK', [bytes]);
  await collection.close(NO_DEADLINE);
  const { inputs, outputs } = JSON.parse(Object.values(await readAll(dir))[0] ?? '');
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.deepEqual(inputs, [{ name: 'x', datatype: 'BYTES', shape: [1], omitted: [{ bytes: 3, sha256 }] }]);
  assert.equal(outputs[0].omitted[0].bytes, 1);
});

test('what a script collects is CSV that says which request it was, another file for other columns', async (t) => {
  const { collection, dir } = await startCollecting(t, { sampleRatio: 0 });
  const rows = (values: unknown, features: readonly string[] | null, correlationId: string | null = null) =>
    collection.collected({
      requestId: 'id-1',
      correlationId,
      model: 'other/model',
      designation: 'inputs',
      features,
      rows: Buffer.from(JSON.stringify(values)),
    });
  rows([[1, 'a "b"\nc']], ['age', 'request_id'], 'mine');
  rows(
    [
      [2, null],
      [true, [1]],
    ],
    ['age', 'request_id'],
  );
  rows([[3]], null);
  await collection.close(NO_DEADLINE);
  const day = dayOf(Date.now());
  const files = await readAll(dir);
  const folder = Object.keys(files)[0]?.split('/')[0];
  assert.match(folder ?? '', /^other_model-[0-9a-f]{8}$/);
  assert.deepEqual(files, {
    [`${folder}/unversioned/inputs/${day}/data-r1-1.csv`]:
      'request_id,correlation_id,age,request_id_2\r\nid-1,mine,1,"a ""b""\nc"\r\nid-1,,2,\r\nid-1,,true,[1]\r\n',
    [`${folder}/unversioned/inputs/${day}/data-r1-2.csv`]:
      'request_id,correlation_id,column_1\r\nid-1,,3\r\n',
  });
});

test('requests are kept by chance, and bodies only if they are JSON', async (t) => {
  let drawn = 0;
  const { collection, dir, collect } = await startCollecting(t, { sampleRatio: 0.5 }, () =>
    drawn++ % 2 ? 0.9 : 0.1,
  );
  for (const value of [0, 1, 2, 3]) collect([value]);
  const exchange = { requestId: 'id', status: 200, input: Buffer.from('{"data": [1]}') };
  collection.exchanged({ ...exchange, prediction: Buffer.from('no JSON') });
  await collection.close(NO_DEADLINE);
  const day = dayOf(Date.now());
  const files = await readAll(dir);
  const lines = (path: string) =>
    (files[path] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const told = lines(`digits/3/requests/${day}/data-r1-1.jsonl`);
  assert.deepEqual(
    told.map(({ inputs }) => inputs[0].data),
    [[0], [2]],
  );
  const { time: _, ...rest } = lines(`digits/7/requests/${day}/data-r1-1.jsonl`)[0];
  assert.deepEqual(rest, {
    request_id: 'id',
    models: '',
    status: '200',
    input: '{"data": [1]}',
    prediction: null,
  });
});

test('more than may wait is dropped and counted, and the log says so', async (t) => {
  const { collection, told } = await startCollecting(t);
  const large = new Array(3_000_000).fill(0);
  const records = [1, 2, 3].map(() => collection.begin('id', MODEL, [singles(large)]));
  assert.deepEqual(
    records.map((record) => record !== undefined),
    [true, true, false],
  );
  // A second time changes nothing: what is freed twice would let too much wait.
  for (const record of [...records, ...records]) record?.forget();
  const again = [1, 2, 3].map(() => collection.begin('id', MODEL, [singles(large)]) !== undefined);
  assert.deepEqual(again, [true, true, false]);
  await collection.close(NO_DEADLINE);
  assert.deepEqual(collection.counts().dropped, { buffer: 2, disk: 0, limit: 0, data: 0 });
  assert.match(told.join(), /Records of requests were not collected; the requests were answered/);
});

test('beyond its size the oldest day goes, and with today alone collection stops', async (t) => {
  const dir = join(await temporaryFolder(t), 'collected');
  const old = join(dir, 'digits/1/requests', dayOf(Date.now() - 86_400_000), 'data-r0-1.jsonl');
  await mkdir(dirname(old), { recursive: true });
  await writeFile(old, 'x'.repeat(900));
  const { collection, told, collect } = await startCollecting(t, { dir, maxBytes: 1_000 });
  collect([1]);
  await waitFor(async () => collection.counts().written === 1, { what: 'the record to be written' });
  assert.deepEqual(Object.keys(await readAll(dir)), [
    `digits/3/requests/${dayOf(Date.now())}/data-r1-1.jsonl`,
  ]);
  collect(new Array(500).fill(0.5));
  await waitFor(async () => collection.counts().dropped.limit === 1, { what: 'the record to be dropped' });
  assert.match(told.join(), /Collection has stopped; requests go on.*may hold 1000/);
  const bytes = Object.values(await readAll(dir)).join('').length;
  assert.ok(bytes <= 1_000, `${bytes} bytes`);
});

test('what a killed replica left half written is cut off', { timeout: 30_000 }, async (t) => {
  const dir = join(await temporaryFolder(t), 'collected');
  const day = join(dir, 'digits/3/requests', dayOf(Date.now()));
  await mkdir(day, { recursive: true });
  await writeFile(join(day, 'data-r0-1.jsonl'), '{"a":1}\n{"a":');
  await writeFile(join(day, 'data-r0-2.csv'), 'a\r\n"one\ntwo"\r\n"three\nfo');
  await writeFile(join(day, 'data-r0-3.jsonl'), '{"packed":1}\n');
  await writeFile(join(day, 'data-r0-3.parquet'), 'PAR1');
  const { told } = await startCollecting(t, { dir });
  await waitFor(async () => told.length === 2 && Object.keys(await readAll(dir)).length === 3, {
    what: 'both to be mended',
    timeoutMs: 20_000,
  });
  const files = Object.values(await readAll(dir));
  assert.deepEqual(files.toSorted(), ['PAR1', 'a\r\n"one\ntwo"\r\n', '{"a":1}\n'].toSorted());
});

test('a folder that cannot be made stops collection and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const dir = join(folder, 'file', 'collected');
  await writeFile(join(folder, 'file'), 'in the way');
  const { collection, told, collect } = await startCollecting(t, { dir });
  for (let count = 0; count < 3; count++) collect([1]);
  await waitFor(async () => collection.counts().dropped.disk === 3, { what: 'the drops to be counted' });
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /Collection has stopped; requests go on. .*(ENOTDIR|EEXIST)/);
});

test('a full disk leaves whole lines, and stops collection', async (t) => {
  const disk = await mountSmallDisk(t, 1);
  if (disk === undefined) return;
  const dir = join(disk.folder, 'collected');
  const { collection, told, collect } = await startCollecting(t, { dir });
  const large = new Array(20_000).fill(0.123456);
  collect(large);
  await waitFor(async () => collection.counts().written === 1, { what: 'the first record' });
  for (let count = 0; count < 20; count++) collect(large);
  await waitFor(async () => collection.counts().dropped.disk > 0, { what: 'the disk to be full' });
  await collection.close(NO_DEADLINE);
  assert.match(told[0] ?? '', /Collection has stopped; requests go on. .*ENOSPC/);
  const texts = Object.values(await readAll(dir));
  assert.equal(texts.length, 1);
  for (const text of texts) {
    for (const line of text.split('\n').slice(0, -1)) JSON.parse(line);
    assert.ok(text.endsWith('\n'));
  }
});

test('Parquet is whole files with types, and JSON Lines until they are', async (t) => {
  const { collection, dir, collect } = await startCollecting(t, { format: 'parquet' });
  const rows = [
    [1, 'a', true],
    [2.5, null, 'x'],
  ];
  const told = { correlationId: null, designation: 'inputs', features: ['n', 's', 'm'] };
  const collected = { requestId: 'id', model: 'other', rows: Buffer.from(JSON.stringify(rows)), ...told };
  collection.collected(collected);
  collect([0.5, 2]);
  const paths = ['other/unversioned/inputs', 'digits/3/requests'];
  const day = dayOf(Date.now());
  await waitFor(async () => collection.counts().written === 2, { what: 'both to be written' });
  assert.deepEqual(
    Object.keys(await readAll(dir)).toSorted(),
    paths.map((path) => `${path}/${day}/data-r1-1.jsonl`).toSorted(),
  );
  await collection.close(NO_DEADLINE);
  const files = paths.map((path) => `${path}/${day}/data-r1-1.parquet`);
  assert.deepEqual(Object.keys(await readAll(dir)).toSorted(), files.toSorted());
  const [own, requests] = await Promise.all(
    files.map(async (path) => await parquetReadObjects({ file: await asyncBufferFromFile(join(dir, path)) })),
  );
  assert.deepEqual(own, [
    { request_id: 'id', correlation_id: null, n: 1, s: 'a', m: 'true' },
    { request_id: 'id', correlation_id: null, n: 2.5, s: null, m: 'x' },
  ]);
  const { time, ...rest } = requests?.[0] ?? {};
  assert.ok(time instanceof Date && Math.abs(Date.now() - time.getTime()) < 60_000);
  assert.deepEqual(rest, {
    request_id: 'id-1',
    model: 'digits',
    version: 3,
    status: '200',
    inputs: '[{"name":"x","datatype":"FP32","shape":[2],"data":[0.5,2.0]}]',
    outputs: '[{"name":"y","datatype":"BYTES","shape":[1],"data":["seven"]}]',
  });
});

test('rows that are none are counted, and harm nothing', async (t) => {
  const { collection, dir } = await startCollecting(t);
  const told = { requestId: 'id', correlationId: null, model: 'm', designation: 'd', features: null };
  for (const rows of ['[1, 2]', '{', 'null']) collection.collected({ ...told, rows: Buffer.from(rows) });
  collection.collected({ ...told, rows: Buffer.from('[[1]]') });
  await collection.close(NO_DEADLINE);
  assert.deepEqual([collection.counts().written, collection.counts().dropped.data], [1, 3]);
  assert.equal(Object.keys(await readAll(dir)).length, 1);
});
