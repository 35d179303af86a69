import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '@slipway/contract';
import {
  encodeModel,
  externalDataModel,
  identityModel,
  node,
  temporaryFolder,
  tensor,
  tensorSpec,
} from '@slipway/testkit';
import { describeEngine } from '../describe-engine.ts';
import type { EngineSession } from '../engine.ts';
import { onnxEngine } from './onnx-engine.ts';

const OPSET = 17;

describeEngine('onnx', {
  engine: onnxEngine,
  writeIdentity: (folder, datatype) =>
    writeFileSync(join(folder, 'model.onnx'), identityModel(datatype, ['n'])),
});

function loadIn(folder: string, model: Uint8Array): EngineSession {
  writeFileSync(join(folder, 'model.onnx'), model);
  return onnxEngine.load(onnxEngine.inspect(folder), { threads: 1, digest: 'sha256:0', cacheDir: folder });
}

const texts = (...data: Uint8Array[]): Tensor => ({
  name: 'input',
  datatype: 'BYTES',
  shape: [data.length],
  data,
});

const BAD_TEXTS: readonly [string, Uint8Array, RegExp][] = [
  ['that is not UTF-8', Uint8Array.of(0xff), /"input": element 1 is not valid UTF-8/],
  ['with a zero byte', Uint8Array.of(65, 0, 66), /"input": element 1 holds a zero byte/],
];
for (const [what, bytes, message] of BAD_TEXTS) {
  test(`refuses text ${what}`, async (t) => {
    const session = loadIn(await temporaryFolder(t), identityModel('BYTES', ['n']));
    assert.throws(() => session.run([texts(Uint8Array.of(65), bytes)], ['output']), {
      code: 'invalid_argument',
      message,
    });
    assert.deepEqual(session.run([texts(Uint8Array.of(65))], ['output'])[0]?.data, [Uint8Array.of(65)]);
    session.close();
  });
}

test('reads weights from the file beside the model', async (t) => {
  const folder = await temporaryFolder(t);
  const { model, dataFile, data } = externalDataModel();
  writeFileSync(join(folder, dataFile), data);
  const session = loadIn(folder, model);
  const input: Tensor = { name: 'input', datatype: 'FP32', shape: [1, 4], data: new Float32Array(4) };
  assert.deepEqual(session.run([input], ['output'])[0]?.data, Float32Array.of(1, 2, 3, 4));
  session.close();
});

test('computes only the outputs that are asked for, in their order', async (t) => {
  const model = encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('x', 'FP32', [null])],
      outputs: [tensorSpec('minus', 'FP32', [null]), tensorSpec('same', 'FP32', [null])],
      nodes: [node('Neg', ['x'], ['minus']), node('Identity', ['x'], ['same'])],
    },
  });
  const session = loadIn(await temporaryFolder(t), model);
  const x: Tensor = { name: 'x', datatype: 'FP32', shape: [1], data: Float32Array.of(2) };
  assert.deepEqual(session.signature.inputs[0]?.shape, [null]);
  assert.deepEqual(
    session.run([x], ['same', 'minus']).map(({ name, data }) => [name, data[0]]),
    [
      ['same', 2],
      ['minus', -2],
    ],
  );
  assert.deepEqual(session.run([x], ['same']).length, 1);
  session.close();
});

test('says what the engine says when a run is refused, and can run again', async (t) => {
  const model = encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('index', 'INT64', ['n'])],
      outputs: [tensorSpec('word', 'FP32', ['n'])],
      nodes: [node('Gather', ['table', 'index'], ['word'])],
      initializers: [tensor('table', 'FP32', [2], Float32Array.of(10, 20))],
    },
  });
  const session = loadIn(await temporaryFolder(t), model);
  const index = (value: bigint): Tensor => ({
    name: 'index',
    datatype: 'INT64',
    shape: [1],
    data: BigInt64Array.of(value),
  });
  assert.throws(() => session.run([index(7n)], ['word']), { code: 'invalid_model', message: /Gather/ });
  assert.equal(session.run([index(1n)], ['word'])[0]?.data[0], 20);
  session.close();
});

const REFUSED: readonly [string, Uint8Array, RegExp][] = [
  [
    'an operator that does not exist',
    encodeModel({
      opset: OPSET,
      graph: {
        inputs: [tensorSpec('x', 'FP32', [1])],
        outputs: [tensorSpec('y', 'FP32', [1])],
        nodes: [node('Frobnicate', ['x'], ['y'])],
      },
    }),
    /^model\.onnx cannot be loaded: .*Frobnicate/,
  ],
  [
    'an operator set of the future',
    encodeModel({
      opset: 999,
      graph: {
        inputs: [tensorSpec('x', 'FP32', [1])],
        outputs: [tensorSpec('y', 'FP32', [1])],
        nodes: [node('Relu', ['x'], ['y'])],
      },
    }),
    /Opset 999 is under development/,
  ],
];
for (const [what, model, message] of REFUSED) {
  test(`refuses ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    assert.throws(
      () => loadIn(folder, model),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'invalid_model');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /onnxruntime_src|ONNXRuntimeError/);
        return true;
      },
    );
  });
}
