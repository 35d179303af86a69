import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Tensor, TensorData } from '@slipway/contract';
import { type ElementType, readModel, writeModelSync } from '@slipway/graph/onnx';
import {
  encodeModel,
  identityModel,
  node,
  type OnnxGraph,
  temporaryFolder,
  tensor,
  tensorSpec,
} from '@slipway/testkit';
import { fromBfloat16, toBfloat16 } from '../../json/float-formats.ts';
import type { EngineSession } from '../engine.ts';
import { onnxEngine } from './onnx-engine.ts';

const OPSET = 19;
const FLOAT = { to: { int: 1 } };
const BFLOAT16 = { to: { int: 16 } };

/** Every number that BF16 has, and NaN as it comes out. */
const NUMBERS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).map((bits) =>
  (bits & 0x7fff) > 0x7f80 ? 0x7fc0 : bits,
);

interface Room {
  readonly modelDir: string;
  readonly cacheDir: string;
  /** Where copies are made. */
  readonly tmp: string;
  load(): EngineSession;
}

async function makeRoom(t: TestContext, model: Uint8Array): Promise<Room> {
  const folder = await temporaryFolder(t);
  const [modelDir, cacheDir, tmp] = ['model', 'cache', 'tmp'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(modelDir);
  mkdirSync(tmp);
  writeFileSync(join(modelDir, 'model.onnx'), model);
  const load = () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = tmp;
    try {
      return onnxEngine.load(onnxEngine.inspect(modelDir), { threads: 1, digest: 'sha256:1', cacheDir });
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  };
  return { modelDir, cacheDir, tmp, load };
}

const encoded = (graph: OnnxGraph) => encodeModel({ opset: OPSET, graph });

const bfloats = (name: string, shape: readonly number[], data: TensorData): Tensor => ({
  name,
  datatype: 'BF16',
  shape,
  data,
});

test('every number of BF16 comes through as it is, and NaN as NaN', async (t) => {
  const room = await makeRoom(t, identityModel('BF16', ['n']));
  const session = room.load();
  t.after(() => session.close());
  const given = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const [output] = session.run([bfloats('input', [65_536], given)], ['output']);
  assert.deepEqual(output, bfloats('output', [65_536], NUMBERS));
  assert.deepEqual(session.notes, []);
  assert.deepEqual([readdirSync(room.tmp), existsSync(room.cacheDir)], [[], false], 'nothing is left');
});

test('BF16 beside other types, inside used again, keeps names, shapes and values', async (t) => {
  const graph: OnnxGraph = {
    inputs: [tensorSpec('x', 'BF16', ['batch', 2]), tensorSpec('y', 'FP32', ['batch', 2])],
    outputs: [tensorSpec('sum', 'BF16', ['batch', 2]), tensorSpec('wide', 'FP32', ['batch', 2])],
    nodes: [
      node('Cast', ['x'], ['x32'], FLOAT),
      node('Add', ['x32', 'y'], ['sum32']),
      node('Cast', ['sum32'], ['sum'], BFLOAT16),
      node('Cast', ['sum'], ['wide'], FLOAT),
    ],
  };
  const session = (await makeRoom(t, encoded(graph))).load();
  t.after(() => session.close());
  const { inputs, outputs } = graph;
  assert.deepEqual(session.signature, { inputs, outputs });
  const x = Uint16Array.of(0x3f80, 0x3f81, 0x7f80, 0x8000);
  const y = Float32Array.of(1.001, -0.003, 1, -0);
  const sums = toBfloat16(fromBfloat16(x).map((each, index) => each + (y[index] ?? 0)));
  const given = [bfloats('x', [2, 2], x), { ...bfloats('y', [2, 2], y), datatype: 'FP32' } as Tensor];
  const [wide, sum] = session.run(given, ['wide', 'sum']);
  assert.deepEqual(sum, bfloats('sum', [2, 2], sums));
  assert.deepEqual(wide?.data, fromBfloat16(sums));
});

test('a large model is kept optimized, with the casts in it, and no copy is left', async (t) => {
  const size = 3_000;
  const weights = new Uint16Array(size * size);
  for (let row = 0; row < size; row += 1) weights[row * size + row] = 0x4000;
  const model = encoded({
    inputs: [tensorSpec('x', 'BF16', ['batch', size])],
    outputs: [tensorSpec('y', 'BF16', ['batch', size])],
    nodes: [
      node('Cast', ['x'], ['x32'], FLOAT),
      node('Cast', ['w'], ['w32'], FLOAT),
      node('MatMul', ['x32', 'w32'], ['y32']),
      node('Cast', ['y32'], ['y'], BFLOAT16),
    ],
    initializers: [tensor('w', 'BF16', [size, size], weights)],
  });
  const room = await makeRoom(t, model);
  const x = new Uint16Array(size).fill(0x3f80);
  const answer = () => {
    const session = room.load();
    assert.deepEqual(session.notes, []);
    const [output] = session.run([bfloats('x', [1, size], x)], ['y']);
    session.close();
    return output?.data;
  };
  assert.deepEqual(answer(), new Uint16Array(size).fill(0x4000));
  const [entry] = readdirSync(room.cacheDir) as [string];
  const path = join(room.cacheDir, entry, 'model.onnx');
  assert.deepEqual(readdirSync(join(room.cacheDir, entry)).sort(), [
    'entry.json',
    'model.onnx',
    'weights.bin',
  ]);
  const made = readFileSync(path);
  assert.deepEqual(answer(), new Uint16Array(size).fill(0x4000));
  assert.deepEqual([readdirSync(room.cacheDir), readFileSync(path)], [[entry], made]);
  assert.deepEqual(readdirSync(room.tmp), []);
});

test('an input with a default stays as it is, since no caller gives it', async (t) => {
  const graph: OnnxGraph = {
    inputs: [tensorSpec('x', 'BF16', ['n']), tensorSpec('axis', 'BF16', [1])],
    outputs: [tensorSpec('y', 'BF16', [null])],
    nodes: [node('Concat', ['x', 'axis'], ['y'], { axis: { int: 0 } })],
    initializers: [tensor('axis', 'BF16', [1], Uint16Array.of(0x4000))],
  };
  const session = (await makeRoom(t, encoded(graph))).load();
  t.after(() => session.close());
  const [y] = session.run([bfloats('x', [1], Uint16Array.of(0x3f80))], ['y']);
  assert.deepEqual(y?.data, Uint16Array.of(0x3f80, 0x4000));
});

test('an output that is an input, too, is refused, and nothing is left', async (t) => {
  const ends = [tensorSpec('x', 'BF16', ['n'])];
  const room = await makeRoom(t, encoded({ inputs: ends, outputs: ends, nodes: [] }));
  assert.throws(() => room.load(), {
    code: 'invalid_model',
    message: /^model\.onnx has inputs or outputs of BF16 and cannot be given casts there: x is an input, too/,
  });
  assert.deepEqual(readdirSync(room.tmp), []);
});

test('a type that no protocol has is refused', async (t) => {
  const graph: OnnxGraph = {
    inputs: [tensorSpec('x', 'FP32', ['n'])],
    outputs: [tensorSpec('y', 'FP16', ['n'])],
    nodes: [node('Cast', ['x'], ['y'], { to: { int: 17 } })],
  };
  const room = await makeRoom(t, encoded(graph));
  const file = join(room.modelDir, 'model.onnx');
  const model = readModel(file);
  const elementType: ElementType = 'float8e4m3fn';
  const outputs = model.graph.outputs.map((each) => ({
    ...each,
    type: { kind: 'tensor' as const, elementType, shape: undefined },
  }));
  const changed = `${file}.new`;
  writeModelSync({ ...model, graph: { ...model.graph, outputs } }, changed);
  writeFileSync(file, readFileSync(changed));
  assert.throws(() => room.load(), {
    code: 'invalid_model',
    message: /"y" has the datatype FLOAT8E4M3FN.*Put a Cast to FLOAT/,
  });
});
