import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  convNet,
  digitMlp,
  externalDataModel,
  loopModel,
  randomDigitLayers,
  temporaryFolder,
} from '@slipway/testkit';
import { loadBytes } from './bytes.ts';
import { DIGITS, FIXTURES, fileOf, fixturePath, loadInRuntime, rewritten } from './fixtures.test.helper.ts';
import { readModel } from './read-model.ts';
import { tensorsOf } from './tensors-of.ts';
import { writeModel, writeModelSync } from './write-model.ts';

for (const name of FIXTURES) {
  test(`${name} comes back byte for byte`, async (t) => {
    const path = fixturePath(name);
    assert.deepEqual(await readFile(await rewritten(t, readModel(path))), await readFile(path));
  });
}

for (const [name, make] of [
  ['the model of the demo', () => readFile(DIGITS)],
  ['a convolutional network', () => convNet(1)],
  ['a loop', () => loopModel()],
] as const) {
  test(`${name} that another encoder wrote comes back with the same meaning, and settles`, async (t) => {
    const first = readModel(await fileOf(t, await make()));
    const path = await rewritten(t, first);
    const second = readModel(path);
    assert.deepEqual(withoutPlaces(second), withoutPlaces(first));
    assert.deepEqual(await readFile(await rewritten(t, second)), await readFile(path));
    await loadInRuntime(path);
  });
}

test('fields that nobody knows come back, at each level', async (t) => {
  // Field 900 of a model, and of its graph: tags are varints of number * 8 + wire type.
  const unknown = Buffer.from([0xa2, 0x38, 2, 0x61, 0x62]);
  const graph = Buffer.concat([Buffer.from([0x12, 1, 0x67]), unknown]);
  const bytes = Buffer.concat([Buffer.from([8, 8, 0x3a, graph.length]), graph, unknown]);
  const model = readModel(await fileOf(t, bytes));
  assert.deepEqual(
    model.unknown?.map(({ no }) => no),
    [900],
  );
  assert.deepEqual(await readFile(await rewritten(t, model)), bytes);
});

test('elements that lie one by one are packed', async (t) => {
  // GraphProto.initializer 5 { dims 1: 2, data_type 2: FLOAT, float_data 4: 1.0 and 2.0 as two fields }
  const floats = Buffer.from([0x25, 0, 0, 0x80, 0x3f, 0x25, 0, 0, 0, 0x40]);
  const tensor = Buffer.concat([Buffer.from([8, 2, 16, 1]), floats]);
  const graph = Buffer.concat([Buffer.from([0x2a, tensor.length]), tensor]);
  const model = readModel(await fileOf(t, Buffer.concat([Buffer.from([0x3a, graph.length]), graph])));
  const [read] = tensorsOf(model);
  assert.ok(read?.data.form === 'packed');
  assert.deepEqual([...new Float32Array(new Uint8Array(loadBytes(read.data.bytes)).buffer)], [1, 2]);
});

test('initializers go into a file beside the model, and back', async (t) => {
  const folder = await temporaryFolder(t);
  const inside = readModel(await fileOf(t, digitMlp(randomDigitLayers(1))));
  const path = join(folder, 'model.onnx');
  const written = await writeModel(inside, path, { externalFrom: 1024 });
  assert.deepEqual((await readdir(folder)).sort(), ['model.onnx', 'model.onnx.data']);
  assert.equal((await stat(`${path}.data`)).size, written.dataFile?.bytes);
  assert.ok(written.modelBytes < 8192);
  await loadInRuntime(path);

  const outside = readModel(path);
  const ranges = tensorsOf(outside).flatMap(({ data }) => (data.form === 'external' ? [data.bytes] : []));
  assert.ok(ranges.length > 0 && ranges.every((range) => 'offset' in range && range.offset % 4096 === 0));
  assert.deepEqual(tensorsOf(outside).map(elements), tensorsOf(inside).map(elements));
  assert.deepEqual(await readFile(await rewritten(t, outside)), await readFile(await rewritten(t, inside)));
});

test('what is written at once has the same bytes as what is written in turns', async (t) => {
  const model = readModel(await fileOf(t, digitMlp(randomDigitLayers(1))));
  for (const options of [{}, { externalFrom: 1024 }]) {
    const folder = await temporaryFolder(t);
    const [path, other] = [join(folder, 'model.onnx'), join(folder, 'other', 'model.onnx')];
    await mkdir(dirname(other));
    const written = await writeModel(model, path, options);
    const atOnce = writeModelSync(model, other, options);
    assert.equal(atOnce.modelBytes, written.modelBytes);
    assert.ok((await readFile(other)).equals(await readFile(path)));
    if (written.dataFile === undefined) continue;
    assert.deepEqual(atOnce.dataFile, { ...written.dataFile, path: `${other}.data` });
    assert.ok((await readFile(`${other}.data`)).equals(await readFile(written.dataFile.path)));
  }
});

test('elements beside the model become elements inside', async (t) => {
  const { model, dataFile, data } = externalDataModel();
  const path = await fileOf(t, model);
  await writeFile(join(dirname(path), dataFile), data);
  await loadInRuntime(await rewritten(t, readModel(path)));
});

test('a model may be written over the file that it was read from', async (t) => {
  const path = await fileOf(t, convNet(2));
  const model = readModel(path);
  await writeModel(model, path);
  assert.throws(() => tensorsOf(model).map(elements), /has changed since the model was read/);
  await loadInRuntime(path);
});

test('elements of a file that has changed are not taken for the old ones', async (t) => {
  const path = await fileOf(t, convNet(2));
  const model = readModel(path);
  await utimes(path, 1, 1);
  assert.throws(() => tensorsOf(model).map(elements), { code: 'invalid_file', message: /has changed since/ });
  await assert.rejects(rewritten(t, model), { code: 'invalid_file' });
});

test('a stopped write leaves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const model = readModel(await fileOf(t, convNet(3)));
  const write = writeModel(model, join(folder, 'model.onnx'), { signal: AbortSignal.abort() });
  await assert.rejects(write, { name: 'AbortError' });
  assert.deepEqual(await readdir(folder), []);
});

function elements({ data }: ReturnType<typeof tensorsOf>[number]): unknown {
  return 'bytes' in data ? Buffer.from(loadBytes(data.bytes)) : data;
}

/** The value with the elements themselves instead of the places where they lie. */
function withoutPlaces(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  if ('file' in value && 'offset' in value)
    return withoutPlaces(loadBytes(value as Parameters<typeof loadBytes>[0]));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutPlaces(each)]));
}
