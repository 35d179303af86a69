import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { floatTensor, makeNode, type OnnxModel, readModel, writeModel } from '@slipway/graph/onnx';
import { importTensorFlow, loadTensorFlow } from '@slipway/graph/tensorflow';
import { seededRandom, temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { optimize } from './optimize.ts';

/** A convolutional network of Keras 3 with batch norms. */
const NETWORK = fileURLToPath(new URL('../../../graph/fixtures/tensorflow/keras-export', import.meta.url));

test('a network answers as before, with its batch norms in its convolutions, under the same names', async (t) => {
  const folder = await temporaryFolder(t);
  const model = await network();
  const { model: optimized, left } = await optimize(model, { folder: join(folder, 'pass') });
  assert.equal(left, undefined);
  assert.deepEqual(optimized.metadata, model.metadata);
  assert.deepEqual(optimized.opsets, model.opsets);
  assert.deepEqual(optimized.graph.inputs, model.graph.inputs);
  assert.deepEqual(optimized.graph.outputs, model.graph.outputs);
  const ops = optimized.graph.nodes.map(({ op }) => op);
  assert.ok(ops.length < model.graph.nodes.length);
  assert.ok(!ops.includes('BatchNormalization') && !ops.includes('Mul'), ops.join(' '));
  assert.equal(ops.filter((op) => op === 'Transpose').length, 1);
  const [before, after] = [await answer(folder, 'before', model), await answer(folder, 'after', optimized)];
  const most = Math.max(...before.map(Math.abs));
  for (const [at, value] of before.entries())
    assert.ok(Math.abs((after[at] as number) - value) <= 1e-5 * most, `${after[at]} is not ${value}`);
});

test('the same model gives the same bytes', async (t) => {
  const folder = await temporaryFolder(t);
  const files = [];
  for (const name of ['first', 'second']) {
    const { model } = await optimize(await network(), { folder: join(folder, name) });
    const path = join(folder, `${name}.onnx`);
    await writeModel(model, path);
    files.push(await readFile(path));
  }
  assert.deepEqual(files[0], files[1]);
});

test('a model whose rewriting is not plain ONNX is left as it was, and why', async (t) => {
  const folder = join(await temporaryFolder(t), 'pass');
  const model = withOp('FusedMatMul', 'com.microsoft');
  const { model: same, left } = await optimize(model, { folder });
  assert.equal(same, model);
  assert.match(left ?? '', /not plain ONNX.*com\.microsoft/);
});

test('a model that ONNX Runtime does not load is refused', async (t) => {
  const folder = join(await temporaryFolder(t), 'pass');
  await assert.rejects(optimize(withOp('NoSuchOp', ''), { folder }), {
    code: 'invalid_model',
    message: /ONNX Runtime does not load the model.*NoSuchOp/,
  });
});

test('the weights that nothing changed are not written again', async (t) => {
  const folder = join(await temporaryFolder(t), 'pass');
  const { model } = await optimize(withOp('MatMul', ''), { folder });
  assert.ok((await readFile(join(folder, 'optimized.onnx'))).length < 1024);
  assert.deepEqual(
    model.graph.initializers.map(({ name, dims }) => ({ name, dims })),
    [{ name: 'w', dims: [32, 32] }],
  );
});

async function network(): Promise<OnnxModel> {
  await using source = await loadTensorFlow(NETWORK);
  return (await importTensorFlow(source, {})).model;
}

/** Of a model with images as its only input. */
async function answer(folder: string, name: string, model: OnnxModel): Promise<readonly number[]> {
  const path = join(folder, `${name}.onnx`);
  await writeModel(model, path);
  assert.deepEqual(readModel(path).metadata, model.metadata);
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  const [input] = session.inputMetadata;
  assert.ok(input?.isTensor);
  const shape = input.shape.map((size) => (typeof size === 'number' && size > 0 ? size : 2));
  const random = seededRandom(1);
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random);
  const answers = await session.run({ [input.name]: new Tensor('float32', pixels, shape) });
  await session.release();
  return Object.values(answers).flatMap(({ data }) => Array.from(data as Float32Array));
}

/** The product with a matrix, by an op of one's choice. */
function withOp(op: string, domain: string): OnnxModel {
  const tensor = (name: string) =>
    ({
      name,
      type: { kind: 'tensor', elementType: 'float', shape: { dims: [{ size: 2 }, { size: 32 }] } },
      metadata: [],
    }) as const;
  return {
    irVersion: 8,
    opsets: [{ domain: '', version: 18 }, ...(domain === '' ? [] : [{ domain, version: 1 }])],
    metadata: [],
    functions: [],
    graph: {
      name: 'product',
      nodes: [makeNode({ op, domain, inputs: ['x', 'w'], outputs: ['y'] })],
      initializers: [
        floatTensor(
          'w',
          [32, 32],
          Array.from({ length: 1024 }, (_, at) => at),
        ),
      ],
      sparseInitializers: [],
      inputs: [tensor('x')],
      outputs: [tensor('y')],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}
