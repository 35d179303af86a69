import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OnnxModel, ValueInfo } from '@slipway/graph/onnx';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { allOf } from '../samples.ts';
import { openSamples } from './open-samples.ts';

/** `numpy.savez_compressed(file, x=[[1, 2, 3], [4, 5, 6]] as float32, n=[4] as int64)` */
const NPZ =
  'UEsDBC0AAAAIAAAAIQB8nN6i//////////8FABQAeC5ucHkBABAAmAAAAAAAAABYAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgaGBnsGBgYHIALiBiBeAMQHHABQSwMELQAAAAgAAAAhAFqU9Bb//////////wUAFABuLm5weQEAEACIAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkahjqaOgq1ChQALhYGCAAAUEsBAi0DLQAAAAgAAAAhAHyc3qJYAAAAmAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAgAAAAhAFqU9BZIAAAAiAAAAAUAAAAAAAAAAAAAAIABjwAAAG4ubnB5UEsFBgAAAAACAAIAZgAAAA4BAAAAAA==';

/** `numpy.save(file, [[1, 2, 3], [4, 5, 6]])`, as float32 and as float64. */
const NPY =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAAQEAAAIBAAACgQAAAwEA=';
const NPY_64 =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAABAAAAAAAAACEAAAAAAAAAQQAAAAAAAABRAAAAAAAAAGEA=';

const ONE: OnnxModel = modelOf([end('x', 'float', ['batch', 3])]);
const TWO: OnnxModel = modelOf([end('x', 'float', ['batch', 3]), end('n', 'int64', [1])]);
const VALUES = [1, 2, 3, 4, 5, 6];

const GOOD = [
  ['a.npy', NPY, ONE, { x: [[2, 3], VALUES] }],
  ['a.npz', NPZ, TWO, { x: [[2, 3], VALUES], n: [[1], [4n]] }],
  ['a.json', '[[1, 2, 3], [4, 5, 6]]', ONE, { x: [[2, 3], VALUES] }],
  [
    'a.json',
    '[1, 2, 3]',
    ONE,
    {
      x: [
        [1, 3],
        [1, 2, 3],
      ],
    },
  ],
  [
    'a.JSON',
    '{"n": [4], "x": [[1, 2, 3]]}',
    TWO,
    {
      x: [
        [1, 3],
        [1, 2, 3],
      ],
      n: [[1], [4n]],
    },
  ],
] as const;

for (const [name, content, model, wanted] of GOOD) {
  test(`${name} is a sample: ${content.slice(0, 30)}`, async (t) => {
    const [sample] = await readAll(t, { [name]: content }, model);
    const found = Object.entries(sample?.feeds ?? {}).map(([input, { shape, data }]) => {
      return [input, [shape, Array.from(data as Float32Array)]] as const;
    });
    assert.deepEqual(Object.fromEntries(found), wanted);
  });
}

const BAD = [
  ['a.npy', NPY_64, ONE, /a\.npy, "x": it is float64, and the model takes float32\. Save it as/],
  ['a.npy', NPY.slice(0, 40), ONE, /a\.npy/],
  ['a.npy', NPY, TWO, /a\.npy: the model takes x, n: write \.npz/],
  ['a.npz', NPZ, ONE, /a\.npz, "n": the model has no such input\. It takes x/],
  ['a.json', '{"x": [[1, 2, 3]]}', TWO, /a\.json, "n": this input of the model is missing/],
  ['a.json', '[[1, 2], [3, 4]]', ONE, /a\.json, "x": its shape is \[2, 2\], and the model takes \[\?, 3\]/],
  ['a.json', '[[1, 2, 3], [4, 5]]', ONE, /a\.json: it has lists of different lengths/],
  ['a.json', '[[1, "2", 3]]', ONE, /a\.json: it has "2", which is no number/],
  ['a.json', '[[1, 2', ONE, /a\.json: /],
  ['a.json', '"text"', ONE, /a\.json: it holds no numbers/],
  ['notes.txt', 'x', ONE, /^calibration: .* holds no \.npy, \.npz or \.json files/],
  ['photo.jpg', 'x', ONE, /^calibration: the model's signature does not say how the 1 images/],
] as const;

for (const [name, content, model, message] of BAD) {
  test(`is refused, with the name of the file: ${message.source}`, async (t) => {
    await assert.rejects(readAll(t, { [name]: content }, model), { code: 'invalid_argument', message });
  });
}

test('of many files, some are taken, from the first to the last', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`${at}.json`, `[${at}, 0, 0]`]));
  const samples = await readAll(t, files, ONE, 3);
  assert.deepEqual(
    samples.map(({ feeds }) => feeds['x']?.data[0]),
    [0, 3, 6],
  );
});

async function readAll(t: TestScope, files: Readonly<Record<string, string>>, model: OnnxModel, most = 100) {
  const folder = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, /\.np[yz]$/.test(name) ? 'base64' : 'utf8');
  }
  const samples = await openSamples(folder, model, { images: [], most, field: 'calibration' });
  return await Array.fromAsync(samples.read(allOf(samples)));
}

function modelOf(inputs: readonly ValueInfo[]): OnnxModel {
  return {
    opsets: [],
    metadata: [],
    functions: [],
    graph: {
      nodes: [],
      initializers: [],
      sparseInitializers: [],
      inputs,
      outputs: [],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}

function end(name: string, elementType: 'float' | 'int64', dims: readonly (string | number)[]): ValueInfo {
  const shape = { dims: dims.map((size) => ({ size })) };
  return { name, type: { kind: 'tensor', elementType, shape }, metadata: [] };
}
