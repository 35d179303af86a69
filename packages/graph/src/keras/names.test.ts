import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './config/json.ts';
import { readNetwork } from './config/read-network.ts';
import { buildGraph } from './graph/build-graph.ts';

const TENSOR = { class_name: '__keras_tensor__', config: { keras_history: ['x 1', 0, 0] } };

test('outputs that are one tensor, or an input, are tensors of their own', () => {
  const layers: Json = [
    {
      class_name: 'InputLayer',
      name: 'x 1',
      config: { name: 'x 1', batch_shape: [null, 2] },
      inbound_nodes: [],
    },
    {
      ...{ class_name: 'ReLU', name: 'y', config: { name: 'y', trainable: true } },
      inbound_nodes: [{ args: [TENSOR], kwargs: {} }],
    },
  ];
  const outputs: Json = ['y', 'y', 'x 1'].map((layer) => [layer, 0, 0]);
  const config = { name: 'model', layers, input_layers: ['x 1', 0, 0], output_layers: outputs };
  const network = readNetwork('x', { class_name: 'Functional', config });
  const { signatures } = buildGraph({ file: 'x', network, weights: new Map(), generation: 3 });
  const signature = signatures.get('serving_default') ?? assert.fail();
  const tensors = (infos: typeof signature.inputs): readonly unknown[] =>
    [...infos].map(([key, { encoding }]) => [key, encoding.value]);
  assert.deepEqual(tensors(signature.inputs), [['x 1', 'x_1:0']]);
  assert.deepEqual(tensors(signature.outputs), [
    ['y', 'y/Relu:0'],
    ['y_1', 'y_1/Identity:0'],
    ['x 1', 'x_1/Identity:0'],
  ]);
});
