import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphError } from '../graph-error.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { Json } from './config/json.ts';
import { readNetwork } from './config/read-network.ts';
import { kerasFile, kerasFixtures } from './fixtures.test.helper.ts';
import { buildGraph } from './graph/build-graph.ts';

test('all layers that are not converted are named at once, with the way round', async (t) => {
  const files = kerasFixtures().filter((name) => name.includes('refused'));
  assert.equal(files.length, 3);
  for (const name of files) {
    const path = await kerasFile(t, name);
    await assert.rejects(loadTensorFlow(path), (error) => {
      assert.ok(error instanceof GraphError);
      assert.equal(error.code, 'unsupported');
      assert.match(error.message, /^.*2 of the model's layers cannot be converted exactly:\n/);
      assert.deepEqual(error.nodes.map(({ node, op }) => [node, op]).toSorted(), [
        ['attention', 'MultiHeadAttention'],
        ['plus', 'Lambda'],
      ]);
      for (const { node, op, why, instead } of error.nodes)
        assert.ok(error.message.includes(`- "${node}" (${op}): ${why} ${instead}`));
      assert.match(error.nodes[0]?.instead ?? '', /model\.export/);
      return true;
    });
  }
});

/** A layer that is called with an input of that shape, and why it is refused. */
const LAYERS: readonly (readonly [what: string, shape: Json, layer: Json, why: RegExp])[] = [
  ['a class of the user', [null, 4], { ...layer('Dense', { units: 2 }), module: 'mine' }, /class is not one/],
  ['mixed types', [null, 4], layer('ReLU', { dtype: 'mixed_float16' }), /computes in "mixed_float16"/],
  ['quantized weights', [null, 4], layer('ReLU', { quantization_config: {} }), /quantized/],
  [
    'an activation of the user',
    [null, 4],
    layer('Activation', { activation: 'mine' }),
    /activation is "mine"/,
  ],
  ['dropout in use', [null, 4], layer('Dropout', {}, { training: true }), /training=True/],
  ['a stateful layer', [null, 3, 4], layer('GRU', { units: 2, stateful: true }), /remembers/],
  ['an interpolation', [null, 4, 4, 1], layer('UpSampling2D', { interpolation: 'lanczos3' }), /lanczos3/],
  [
    'a shape of other elements',
    [null, 4],
    layer('Reshape', { target_shape: [3, 2] }),
    /4 elements are no \(3, 2\)/,
  ],
  ['an axis that is not there', [null, 4], layer('Softmax', { axis: 3 }), /no axis 3 of 2/],
  ['a rank that is another', [null, 4], layer('MaxPooling2D', {}), /4 dimensions, and is given 2/],
  ['a setting of another type', [null, 4], layer('ReLU', { max_value: 'six' }), /max_value is "six"/],
  [
    'aspect ratios',
    [null, 4, 4, 1],
    layer('Resizing', { height: 2, width: 2, crop_to_aspect_ratio: true }),
    /crop_to_aspect_ratio/,
  ],
];

for (const [what, shape, refused, why] of LAYERS)
  test(`${what} is refused`, () => {
    assert.throws(() => graphOf(shape, refused), { name: 'GraphError', code: 'unsupported', message: why });
  });

test('models that are a class of their own, and inputs that are not dense, are refused', () => {
  assert.throws(() => readNetwork('x', { class_name: 'MyModel', config: {} }), /"MyModel".*model\.export/);
  assert.throws(() => graphOf([null, 4], layer('ReLU', {}), { sparse: true }), /sparse/);
  assert.throws(() => graphOf([null, 4], layer('ReLU', {}), { dtype: 'string' }), /of a type/);
});

function layer(
  className: string,
  config: Readonly<Record<string, Json>>,
  kwargs: Json = {},
): Record<string, Json> {
  const tensor = { class_name: '__keras_tensor__', config: { keras_history: ['x', 0, 0] } };
  return {
    ...{ class_name: className, module: 'keras.layers', name: 'y' },
    config: { name: 'y', trainable: true, ...config },
    inbound_nodes: [{ args: [tensor], kwargs }],
  };
}

function graphOf(shape: Json, y: Json, input: Readonly<Record<string, Json>> = {}) {
  const x = {
    class_name: 'InputLayer',
    name: 'x',
    config: { name: 'x', batch_shape: shape, ...input },
    inbound_nodes: [],
  };
  const config = { name: 'model', layers: [x, y], input_layers: [['x', 0, 0]], output_layers: [['y', 0, 0]] };
  const network = readNetwork('x', { class_name: 'Functional', config });
  return buildGraph({ file: 'x', network, weights: new Map(), generation: 3 });
}
