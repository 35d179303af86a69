import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENGINE_VERSION } from '@slipway/contract';
import { addModel, runProcess, temporaryFolder } from '@slipway/testkit';
import { version } from 'onnxruntime-node/dist/version.js';
import { OrtTensor, ortBinding } from './ort-binding.ts';
import { sessionOptions } from './session-options.ts';

// The binding is not public API. Whoever moves to another version proves with this that it still fits.
test('the binding is the one that the engine was written for', async (t) => {
  assert.equal(version, ENGINE_VERSION);
  const file = join(await temporaryFolder(t), 'add.onnx');
  writeFileSync(file, addModel());
  const session = new (ortBinding().binding.InferenceSession)();
  session.loadModel(file, sessionOptions(1));

  assert.deepEqual(session.inputMetadata, [
    { name: 'a', isTensor: true, type: 1, symbolicDimensions: ['batch', ''], shape: [-1, 2] },
    { name: 'b', isTensor: true, type: 1, symbolicDimensions: ['batch', ''], shape: [-1, 2] },
  ]);

  const feed = (...values: number[]) => new OrtTensor('float32', Float32Array.of(...values), [1, 2]);
  const { sum } = session.run({ a: feed(1, 2), b: feed(10, 20) }, { sum: null });
  assert.ok(sum instanceof OrtTensor, 'a run answers at once, with tensors of our class');
  assert.equal(sum.type, 'float32');
  assert.deepEqual(sum.dims, [1, 2]);
  assert.deepEqual(sum.data, Float32Array.of(11, 22));

  const { buffer } = sum.data as Float32Array<ArrayBuffer>;
  assert.equal(buffer.byteLength, 8, 'outputs own their memory');
  assert.equal(structuredClone(buffer, { transfer: [buffer] }).byteLength, 8, 'and can be transferred');
  assert.throws(() => session.run({ a: feed(1, 2) }, { sum: null }), /b/);
  session.dispose();
});

test('the library sends no usage data: it does not even begin its log of it', async (t) => {
  const folder = await temporaryFolder(t);
  const module = JSON.stringify(new URL('./ort-binding.js', import.meta.url));
  const script = `import(${module}).then(({ ortBinding }) => ortBinding())`;
  const env = { TMPDIR: folder, ORT_DISABLE_TELEMETRY: undefined };
  const { code, stderr } = await runProcess(t, process.execPath, ['-e', script], { env });
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(folder), []);
});
