import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineEnvironment } from './engine-environment.ts';

const ENGINE = '/home/u/.slipway/engines/onnxruntime-1.30.0-cuda';

test('the folder of an engine stands before those that libraries were looked for in already', () => {
  assert.deepEqual(engineEnvironment({ engineDir: ENGINE }, {}), { LD_LIBRARY_PATH: ENGINE });
  assert.deepEqual(engineEnvironment({ engineDir: ENGINE }, { LD_LIBRARY_PATH: '/opt/trt/lib' }), {
    LD_LIBRARY_PATH: `${ENGINE}:/opt/trt/lib`,
  });
});

test('a replica without an engine of its own is told nothing', () => {
  assert.deepEqual(engineEnvironment({ engineDir: null }, { LD_LIBRARY_PATH: '/opt/trt/lib' }), {});
});
