import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlacement } from './read-placement.ts';

type Node = readonly [name: string, operator: string, provider: string];

function profile(nodes: readonly Node[]): string {
  const events = nodes.map(([name, op_name, provider]) => ({
    ...{
      cat: 'Node',
      name: `${name}_kernel_time`,
      args: { provider: `${provider}ExecutionProvider`, op_name },
    },
  }));
  const session = { cat: 'Session', name: 'model_run', args: {} };
  const fence = { cat: 'Node', name: 'Conv_0_fence_before', args: { op_name: 'Conv' } };
  return JSON.stringify([session, fence, ...events]);
}

test('nodes are counted by the provider that ran them, in the order of the wish and the CPU last', () => {
  const { providers } = readPlacement(
    profile([
      ['Shape_3', 'Shape', 'CPU'],
      ['Conv_0', 'Conv', 'CUDA'],
      ['fused_1', 'TRTKernel', 'Tensorrt'],
      ['Conv_4', 'Conv', 'CUDA'],
    ]),
    ['tensorrt', 'cuda'],
  );
  assert.deepEqual(providers, [
    { name: 'tensorrt', nodes: 1 },
    { name: 'cuda', nodes: 2 },
    { name: 'cpu', nodes: 1 },
  ]);
});

test('a node that runs again counts once', () => {
  const body: Node = ['Add_7', 'Add', 'CUDA'];
  assert.deepEqual(readPlacement(profile([body, body, body]), ['cuda']).providers, [
    { name: 'cuda', nodes: 1 },
  ]);
});

test('copies between providers are no nodes of the model', () => {
  const { providers, notes } = readPlacement(
    profile([
      ['Relu_0', 'Relu', 'WebGpu'],
      ['Memcpy', 'MemcpyToHost', 'WebGpu'],
      ['Det_1', 'Det', 'CPU'],
    ]),
    ['webgpu'],
  );
  assert.deepEqual(providers, [
    { name: 'webgpu', nodes: 1 },
    { name: 'cpu', nodes: 1 },
  ]);
  assert.match(notes[0] ?? '', /^1 of 2 nodes .*: Det_1 \(Det\)\./);
});

test('nodes on the CPU are named, a few of many', () => {
  const onCpu = Array.from({ length: 7 }, (_, index): Node => [`Shape_${index}`, 'Shape', 'CPU']);
  const { notes } = readPlacement(profile([['Conv_0', 'Conv', 'CUDA'], ...onCpu]), ['cuda']);
  assert.deepEqual(notes, [
    '7 of 8 nodes of the model run on the CPU: Shape_0 (Shape), Shape_1 (Shape), Shape_2 (Shape), Shape_3 (Shape), Shape_4 (Shape) and others. With cpuFallback false such a model is refused.',
  ]);
  assert.deepEqual(readPlacement(profile([['Conv_0', 'Conv', 'CUDA']]), ['cuda']).notes, []);
});
