import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CollectionSettings } from '@slipway/contract';
import { addModel, mountSmallDisk, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { logLines, startScript, startTypeScript } from '../entry/entry-fixtures.ts';
import { callMethod, openClient } from '../protocols/grpc/client-fixtures.ts';
import * as messages from '../protocols/oip/grpc/codec/infer-messages.ts';
import { startReplica } from '../replica-fixtures.ts';

const INFER = [messages.MODEL_INFER_REQUEST, messages.MODEL_INFER_RESPONSE] as const;

async function collecting(scope: TestScope): Promise<CollectionSettings> {
  const dir = join(await temporaryFolder(scope), 'collected');
  return { dir, format: null, sampleRatio: 1, maxBytes: 1e9, keepDays: 30 };
}

/** The files without the date in their path. */
async function filesIn(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (path) => {
    const short = path.slice(dir.length + 1).replace(/\/\d{4}\/\d\d\/\d\d\//, '/…/');
    return [short, await readFile(path, 'utf8')];
  });
  return Object.fromEntries(await Promise.all(read));
}

type Line = Readonly<Record<string, unknown>>;

function linesOf(text: string | undefined): readonly Line[] {
  const lines = (text ?? '').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

test('what a model was asked and answered is kept, by whatever protocol it came', async (t) => {
  const collection = await collecting(t);
  const replica = await startReplica(t, { model: addModel(), spec: { collection } });
  const a = { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] };
  const b = { name: 'b', datatype: 'FP32', shape: [1, 2], data: [10, 20] };
  const post = (path: string, body: object) =>
    fetch(replica.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-request-id': path },
    });
  const ids = ['/v2/models/digits/infer', '/v1/models/digits:predict', '/score'];
  assert.equal((await post('/v2/models/digits/infer', { inputs: [a, b] })).status, 200);
  assert.equal(
    (await post('/v1/models/digits:predict', { inputs: { a: [a.data], b: [b.data] } })).status,
    200,
  );
  assert.equal((await post('/score', { inputs: { a: [a.data], b: [b.data] } })).status, 200);
  assert.equal((await post('/score', { inputs: {} })).status, 400);
  const contents = (data: readonly number[]) => ({ fp32Contents: data });
  await callMethod(openClient(t, replica.port), '/inference.GRPCInferenceService/ModelInfer', INFER, {
    modelName: 'digits',
    inputs: [a, b].map(({ data, ...tensor }) => ({ ...tensor, contents: contents(data) })),
  });
  const file = 'digits/3/requests/…/data-replica-1-1.jsonl';
  const lines = await waitFor(
    async () => {
      const told = linesOf((await filesIn(collection.dir))[file]);
      return told.length === 4 && told;
    },
    { what: 'four records' },
  );
  assert.deepEqual(
    lines.slice(0, 3).map(({ request_id }) => request_id),
    ids,
  );
  assert.deepEqual(
    lines.map(({ status }) => status),
    ['200', '200', '200', 'OK'],
  );
  for (const { model, version, inputs, outputs } of lines) {
    assert.deepEqual([model, version], ['digits', 3]);
    const tensors = [...(inputs as (typeof a)[]), ...(outputs as (typeof a)[])];
    assert.deepEqual(
      tensors.map(({ name, datatype, data }) => [name, datatype, data]),
      [
        ['a', 'FP32', [1, 2]],
        ['b', 'FP32', [10, 20]],
        ['sum', 'FP32', [11, 22]],
      ],
    );
  }
  const metrics = await (await fetch(`${replica.url}/metrics`)).text();
  assert.match(metrics, /slipway_collected_total 4\n/);
  assert.match(metrics, /slipway_collected_dropped_total\{reason="buffer"\} 0\n/);
});

const SCRIPT = `
from azureml.monitoring import ModelDataCollector
import json
def init():
    global inputs
    inputs = ModelDataCollector("digits", designation="inputs", feature_names=["a", "b"])
def run(data):
    rows = json.loads(data)["data"]
    inputs.collect(rows, user_correlation_id="mine")
    if not rows:
        raise ValueError("nothing")
    return {"sum": [sum(row) for row in rows]}
`;

test('a script collects by itself, and what it was asked and answered is kept beside', async (t) => {
  const collection = await collecting(t);
  const models = [{ name: 'digits', version: 4, digest: 'sha256:0', path: '/nowhere' }];
  const replica = await startScript(t, SCRIPT, { spec: { models, collection } });
  const body = '{"data": [[1, 2], [3, NaN]]}';
  const ids = { 'x-ms-client-request-id': 'id-1' };
  assert.equal((await replica.score('{"data": [[1, 2], [3, 4]]}', ids)).status, 200);
  assert.equal((await replica.score('{"data": []}')).status, 500);
  assert.equal((await replica.score(body)).status, 200);
  await replica.process.stop();
  const files = await filesIn(collection.dir);
  assert.deepEqual(Object.keys(files).toSorted(), [
    'digits/1/requests/…/data-replica-1-1.jsonl',
    'digits/4/inputs/…/data-replica-1-1.csv',
  ]);
  const [head, first, second] = (files['digits/4/inputs/…/data-replica-1-1.csv'] ?? '').split('\r\n');
  assert.deepEqual(
    [head, first, second],
    ['request_id,correlation_id,a,b', 'id-1,mine,1,2', 'id-1,mine,3,4'],
  );
  const [exchange, other] = linesOf(files['digits/1/requests/…/data-replica-1-1.jsonl']);
  const { time: _, ...told } = exchange ?? {};
  assert.deepEqual(told, {
    request_id: 'id-1',
    models: 'digits:4',
    status: '200',
    input: '{"data": [[1, 2], [3, 4]]}',
    prediction: '{"sum": [3, 7]}',
  });
  assert.equal(other?.['input'], null);
});

const TYPESCRIPT = `
import { createCollector } from '@slipway/sdk/entry';
const inputs = createCollector({ model: 'digits', designation: 'inputs', featureNames: ['a', 'b'] });
export function run({ data }: { data: number[][] }) {
  inputs.collect(data, { correlationId: 'mine' });
  inputs.collect(new Float32Array([0.1, NaN]));
  inputs.collect([[5n, 'text'], [true, undefined]]);
  inputs.collect([[() => 1]]);
  return {};
}
`;

test('a script in TypeScript collects into the same files as one in Python', async (t) => {
  const collection = await collecting(t);
  const models = [{ name: 'digits', version: 4, digest: 'sha256:0', path: '/nowhere' }];
  const replica = await startTypeScript(t, TYPESCRIPT, { spec: { models, collection } });
  const ids = { 'x-ms-client-request-id': 'id-1' };
  assert.equal((await replica.score('{"data": [[1, 2], [3, 4]]}', ids)).status, 200);
  await replica.process.stop();
  const text = (await filesIn(collection.dir))['digits/4/inputs/…/data-replica-1-1.csv'];
  assert.deepEqual(text?.split('\r\n'), [
    'request_id,correlation_id,a,b',
    'id-1,mine,1,2',
    'id-1,mine,3,4',
    'id-1,,0.1,NaN',
    'id-1,,5,text',
    'id-1,,true,',
    '',
  ]);
  const refused =
    'Data of digits (inputs) was not collected: only rows of numbers, texts and booleans are (there is a function).';
  assert.ok(logLines(replica).some(({ msg, request }) => msg === refused && request === 'id-1'));
});

test('what a script collects is thrown away where collection is off', async (t) => {
  const replica = await startScript(t, SCRIPT);
  assert.equal((await replica.score('{"data": [[1, 2]]}')).status, 200);
  assert.equal((await fetch(`${replica.url}/metrics`)).status, 200);
  assert.doesNotMatch(await (await fetch(`${replica.url}/metrics`)).text(), /collected_total \d/);
  assert.deepEqual(
    logLines(replica).filter(({ level }) => level === 'warn'),
    [],
  );
});

test('a replica that is killed leaves whole lines, and all that is older than a second', async (t) => {
  const collection = await collecting(t);
  const replica = await startReplica(t, { model: addModel(), spec: { collection } });
  const ask = () => replica.score(JSON.stringify({ inputs: { a: [[1, 2]], b: [[10, 20]] } }));
  for (let count = 0; count < 20; count++) assert.equal((await ask()).status, 200);
  const file = 'digits/3/requests/…/data-replica-1-1.jsonl';
  await waitFor(async () => linesOf((await filesIn(collection.dir))[file]).length === 20, {
    what: 'the records to be written',
  });
  let isKilled = false;
  const asking = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!isKilled) await ask().catch(() => undefined);
    }),
  );
  await waitFor(async () => linesOf((await filesIn(collection.dir))[file]).length > 20, {
    what: 'more records',
  });
  process.kill(replica.process.pid, 'SIGKILL');
  isKilled = true;
  await asking;
  const text = (await filesIn(collection.dir))[file] ?? '';
  assert.ok(text.endsWith('\n'));
  assert.ok(linesOf(text).length > 20);
});

test('a disk that is full stops collection, and no request', async (t) => {
  const disk = await mountSmallDisk(t, 1);
  if (disk === undefined) return;
  const collection = { ...(await collecting(t)), dir: join(disk.folder, 'collected') };
  const replica = await startReplica(t, { model: addModel(), spec: { collection } });
  const row = [0.123456, 0.654321];
  const rows = new Array(5_000).fill(row);
  const body = JSON.stringify({ inputs: { a: rows, b: rows } });
  const dropped = /slipway_collected_dropped_total\{reason="disk"\} [1-9]/;
  await waitFor(
    async () => {
      assert.equal((await replica.score(body)).status, 200);
      return dropped.test(await (await fetch(`${replica.url}/metrics`)).text());
    },
    { what: 'the disk to be full' },
  );
  assert.equal((await replica.score(body)).status, 200);
  const [line, ...others] = logLines(replica).filter(({ level }) => level === 'warn');
  assert.match(
    String(line?.['msg']),
    /Collection has stopped; requests go on\. .*ENOSPC.* tried again every minute/,
  );
  assert.deepEqual(others, []);
  for (const text of Object.values(await filesIn(collection.dir))) {
    assert.ok(text.endsWith('\n'));
    linesOf(text);
  }
});
