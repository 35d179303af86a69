import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  addModel,
  CONV_NET_IMAGE,
  convNet,
  digitMlp,
  externalDataModel,
  identityModel,
  loopModel,
  memoryHogModel,
  temporaryFolder,
} from '../index.ts';

const IDENTITIES = [
  ['BOOL', new Tensor('bool', Uint8Array.of(0, 1), [2])],
  ['UINT8', new Tensor('uint8', Uint8Array.of(0, 255), [2])],
  ['UINT16', new Tensor('uint16', Uint16Array.of(0, 65_535), [2])],
  ['UINT32', new Tensor('uint32', Uint32Array.of(0, 4_294_967_295), [2])],
  ['UINT64', new Tensor('uint64', BigUint64Array.of(0n, 18_446_744_073_709_551_615n), [2])],
  ['INT8', new Tensor('int8', Int8Array.of(-128, 127), [2])],
  ['INT16', new Tensor('int16', Int16Array.of(-32_768, 32_767), [2])],
  ['INT32', new Tensor('int32', Int32Array.of(-2_147_483_648, 2_147_483_647), [2])],
  ['INT64', new Tensor('int64', BigInt64Array.of(-9_223_372_036_854_775_808n, 9_007_199_254_740_993n), [2])],
  ['FP32', new Tensor('float32', Float32Array.of(0.1, Number.NEGATIVE_INFINITY), [2])],
  ['FP64', new Tensor('float64', Float64Array.of(0.1, Number.NaN), [2])],
  ['BYTES', new Tensor('string', ['', 'grüße'], [2])],
] as const;

for (const [datatype, input] of IDENTITIES) {
  test(`identityModel passes ${datatype} through`, async () => {
    const { output } = await run(identityModel(datatype, ['n']), { input });
    assert.equal(output?.type, input.type);
    assert.deepEqual(output?.data, input.data);
  });
}

test('identityModel passes FP16 through', async () => {
  const { output } = await run(identityModel('FP16', ['n']), { input: halfTensor(0x3c00, 0x7c00) });
  assert.ok(output && ArrayBuffer.isView(output.data));
  const { buffer, byteOffset, length } = output.data as Uint16Array;
  assert.deepEqual(new Uint16Array(buffer, byteOffset, length), Uint16Array.of(0x3c00, 0x7c00));
});

test('identityModel writes scalar and unknown dimensions', async () => {
  const session = await InferenceSession.create(identityModel('FP32', [2, 'batch', null]));
  const [input] = session.inputMetadata;
  assert.ok(input?.isTensor);
  assert.deepEqual(input.shape.slice(0, 2), [2, 'batch']);
  assert.equal(input.shape.length, 3);
  await session.release();
  const scalar = new Tensor('int64', [5n], []);
  const { output } = await run(identityModel('INT64', []), { input: scalar });
  assert.deepEqual(output?.dims, []);
});

test('addModel adds its two inputs', async () => {
  const a = new Tensor('float32', [1, 2, 3, 4], [2, 2]);
  const b = new Tensor('float32', [10, 20, 30, 40], [2, 2]);
  const { sum } = await run(addModel(), { a, b });
  assert.deepEqual(sum?.data, Float32Array.of(11, 22, 33, 44));
});

test('digitMlp answers with ten probabilities an image', async () => {
  const image = new Tensor('float32', new Float32Array(2 * 784).fill(0.5), [2, 784]);
  const { probabilities } = await run(digitMlp(), { image });
  assert.deepEqual(probabilities?.dims, [2, 10]);
  assertSumsToOne(probabilities, 2);
});

test('convNet answers with ten probabilities an image', async () => {
  const image = new Tensor('float32', new Float32Array(3 * 64 * 64).fill(0.5), [1, ...CONV_NET_IMAGE]);
  const { probabilities } = await run(convNet(1), { image });
  assert.deepEqual(probabilities?.dims, [1, 10]);
  assertSumsToOne(probabilities, 1);
});

test('the same seed makes the same network', () => {
  assert.deepEqual(convNet(3), convNet(3));
  assert.notDeepEqual(convNet(3), convNet(4));
});

test('loopModel counts up to its input', async () => {
  const { result } = await run(loopModel(), { count: new Tensor('int64', [1_000n], [1]) });
  assert.deepEqual(result?.data, Float32Array.of(1_000));
});

test('memoryHogModel answers with as many megabytes as asked', async () => {
  const { block } = await run(memoryHogModel(), { megabytes: new Tensor('int64', [3n], [1]) });
  assert.ok(block?.data instanceof Float64Array);
  assert.equal(block.data.byteLength, 3_000_000);
});

test('externalDataModel reads its weights from the second file', async (t) => {
  const folder = await temporaryFolder(t);
  const { model, dataFile, data } = externalDataModel();
  const path = join(folder, 'model.onnx');
  await writeFile(path, model);
  await assert.rejects(InferenceSession.create(path), /weights\.bin/);
  await writeFile(join(folder, dataFile), data);
  const { output } = await run(path, { input: new Tensor('float32', [10, 10, 10, 10], [1, 4]) });
  assert.deepEqual(output?.data, Float32Array.of(11, 12, 13, 14));
});

async function run(
  model: Uint8Array | string,
  inputs: Record<string, Tensor>,
): Promise<InferenceSession.ReturnType> {
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, logSeverityLevel: 4 };
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options));
  try {
    return await session.run(inputs);
  } finally {
    await session.release();
  }
}

/**
 * `new Tensor('float16', …)` turns the bits into a Float16Array where there is one (Node 24), which the native
 * binding 1.30 then reads as empty; a plain object with the same fields keeps them as they are.
 */
function halfTensor(...bits: readonly number[]): Tensor {
  const half = { type: 'float16', dims: [bits.length], data: Uint16Array.from(bits), location: 'cpu' };
  return half as unknown as Tensor;
}

function assertSumsToOne(probabilities: Tensor | undefined, rows: number): void {
  assert.ok(probabilities?.data instanceof Float32Array);
  const sum = probabilities.data.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum - rows) < 1e-4, `probabilities of ${rows} rows sum to ${sum}`);
}
