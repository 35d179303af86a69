import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSpec } from '@slipway/contract';
import { acceleratorOf } from './accelerator-of.ts';

const of = (said: Partial<ReplicaSpec>) => acceleratorOf(said as ReplicaSpec);

test('models run on the CPU where nothing else is said, as by a control plane that knows no providers', () => {
  for (const said of [{}, { executionProviders: ['cpu'] }, { executionProviders: [] }]) {
    assert.equal(of(said), undefined);
  }
});

test('what is said of providers is kept, in its order', () => {
  const engineDir = '/home/engines/onnxruntime-1.30.0-cuda';
  assert.deepEqual(of({ executionProviders: ['tensorrt', 'cuda', 'cpu'], engineDir, cpuFallback: true }), {
    providers: ['tensorrt', 'cuda', 'cpu'],
    cpuFallback: true,
    engineDir,
  });
  assert.deepEqual(of({ executionProviders: ['webgpu'], cpuFallback: false }), {
    providers: ['webgpu'],
    cpuFallback: false,
    engineDir: null,
  });
});
