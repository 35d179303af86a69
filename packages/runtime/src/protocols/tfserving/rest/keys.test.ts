// What a client of TensorFlow Serving sends to the SavedModel is answered by the model that was converted from it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertedModel } from '../../converted-model.test.helper.ts';
import { openService } from '../../service-fixtures.ts';

const FULL = ['serving_default_a:0', 'serving_default_b:0'] as const;
const BARE = ['serving_default_a', 'serving_default_b'] as const;

/** A body of one row, with the inputs under these names. */
const row = (a: string, b: string) => JSON.stringify({ instances: [{ [a]: [5, 6], [b]: [1, 2] }] });
const column = (a: string, b: string) => JSON.stringify({ inputs: { [a]: [[5, 6]], [b]: [[1, 2]] } });

test('inputs go by key, by name and without :0, and outputs are named in kind', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const byKey = { total: [6, 8], outputs: [4, 4] };
  const byName = { 'StatefulPartitionedCall:0': [6, 8], 'StatefulPartitionedCall:1': [4, 4] };
  const byBare = { StatefulPartitionedCall: [6, 8], 'StatefulPartitionedCall:1': [4, 4] };
  const [a, b] = FULL;
  const examples = (one: string, other: string) =>
    JSON.stringify({ examples: [{ [one]: [5, 6], [other]: [1, 2] }] });
  const rows: [string, string, unknown][] = [
    ['predict', row('a', 'b'), { predictions: [byKey] }],
    ['predict', row(...FULL), { predictions: [byName] }],
    ['predict', row(...BARE), { predictions: [byBare] }],
    ['predict', row('a', b), { predictions: [byKey] }],
    ['predict', column('a', 'b'), { outputs: inRows(byKey) }],
    ['predict', column(...FULL), { outputs: inRows(byName) }],
    ['predict', column(...BARE), { outputs: inRows(byBare) }],
    // The first of an input's names counts where it has two.
    [
      'predict',
      JSON.stringify({ inputs: { [a]: [[0, 0]], a: [[5, 6]], b: [[1, 2]] } }),
      { outputs: inRows(byKey) },
    ],
    ['predict', row('a', a), /keys must be equal to: a,b/],
    ['predict', row('a', 'c'), /JSON object: does not have named input: c/],
    ['predict', column('a', 'c'), "Missing named input: b in 'inputs' object."],
    // The output whose key is `outputs` holds two values for each example, which are no regression.
    ['regress', examples('a', 'b'), /output Tensor shape to be either \[batch_size\]/],
    ['regress', examples(...BARE), /output Tensor shape to be either \[batch_size\]/],
    ['regress', examples('a', 'c'), /Feature: b \(data type: float\) is required but could not be found/],
    ['classify', examples('a', 'b'), /method_name to be tensorflow\/serving\/classify/],
  ];
  for (const [verb, body, expected] of rows) {
    const response = await fetch(`${url}/v1/models/m:${verb}`, { method: 'POST', body });
    const answer = (await response.json()) as { readonly error?: string };
    if (expected instanceof RegExp) assert.match(answer.error ?? '', expected, body);
    else assert.deepEqual(answer, typeof expected === 'string' ? { error: expected } : expected, body);
  }
});

test('metadata have the tensors by key, with their names', async (t) => {
  const { url } = await openService(t, { models: [{ name: 'm', bytes: convertedModel() }] });
  const response = await fetch(`${url}/v1/models/m/metadata`);
  const { metadata } = (await response.json()) as Metadata;
  const { inputs, outputs } = metadata.signature_def.signature_def.serving_default;
  const names = (tensors: Tensors) => Object.entries(tensors).map(([key, { name }]) => [key, name]);
  assert.deepEqual(names(inputs), [
    ['a', 'serving_default_a:0'],
    ['b', 'serving_default_b:0'],
  ]);
  assert.deepEqual(names(outputs), [
    ['total', 'StatefulPartitionedCall:0'],
    ['outputs', 'StatefulPartitionedCall:1'],
  ]);
});

type Tensors = Readonly<Record<string, { readonly name: string }>>;

interface Metadata {
  readonly metadata: {
    readonly signature_def: {
      readonly signature_def: {
        readonly serving_default: { readonly inputs: Tensors; readonly outputs: Tensors };
      };
    };
  };
}

function inRows(outputs: Readonly<Record<string, readonly number[]>>): unknown {
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [values]]));
}
