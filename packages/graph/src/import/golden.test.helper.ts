import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestScope } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { assertFound } from '../onnx/check/shapes/shape-models.test.helper.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type { ExpectedTensor } from '../tensorflow/fixtures.test.helper.ts';

/** What TensorFlow answered, by the names of tensors. */
export type Tensors = Readonly<Record<string, ExpectedTensor>>;

const FOLDER = new URL('../../fixtures/', import.meta.url);

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  float16: Float16Array,
  bool: Uint8Array,
} as const;

/**
 * Beside the largest element, how far ONNX Runtime's float32 may be from TensorFlow's: they sum in another order and
 * have their own exp, tanh and erf.
 */
const FLOAT_ERROR = 2e-6;

/** What a script of packages/graph/scripts wrote. */
export function goldenFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

/** Holds that the model, run in ONNX Runtime, answers as TensorFlow did, whole numbers exactly, in the shapes that are inferred. */
export async function assertAnswers(
  scope: TestScope,
  model: OnnxModel,
  inputs: Tensors,
  outputs: Tensors,
): Promise<void> {
  const path = await rewritten(scope, model);
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  assert.deepEqual(session.inputNames.toSorted(), Object.keys(inputs).toSorted());
  const feeds = Object.entries(inputs).map(([name, tensor]) => [name, runtimeTensor(tensor)]);
  const answers = await session.run(Object.fromEntries(feeds));
  await session.release();
  assert.deepEqual(Object.keys(answers), Object.keys(outputs));
  assertFound(model, Object.fromEntries(Object.entries(answers).map(([name, { dims }]) => [name, dims])));
  for (const [name, expected] of Object.entries(outputs)) assertSame(answers[name] as Tensor, expected);
}

function runtimeTensor(tensor: ExpectedTensor): Tensor {
  return new Tensor(tensor.dtype as 'float32', elements(tensor) as Float32Array, tensor.shape);
}

function elements({ dtype, data }: ExpectedTensor) {
  assert.ok(typeof data === 'string' && dtype in ARRAYS, dtype);
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return new ARRAYS[dtype as keyof typeof ARRAYS](bytes.buffer);
}

function assertSame(found: Tensor, expected: ExpectedTensor): void {
  assert.equal(found.type, expected.dtype);
  assert.deepEqual(found.dims, expected.shape);
  const wanted = elements(expected);
  if (!expected.dtype.startsWith('float')) {
    assert.deepEqual([...(found.data as Int32Array)], [...(wanted as Int32Array)]);
    return;
  }
  const scale = Math.max(1e-30, ...[...(wanted as Float32Array)].map(Math.abs));
  const tolerance = Math.max(FLOAT_ERROR * scale, expected.tolerance ?? 0);
  for (const [index, value] of (wanted as Float32Array).entries()) {
    const error = Math.abs(((found.data as Float32Array)[index] as number) - value);
    assert.ok(error <= tolerance, `element ${index} is ${error} off, of ${scale}`);
  }
}
