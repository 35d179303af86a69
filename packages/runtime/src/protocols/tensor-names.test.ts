import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signature, Tensor } from '@slipway/contract';
import { acceptedNames, answerNaming, findTensor, keyedSignature, nameOutputs } from './tensor-names.ts';

const spec = (name: string, alias?: string) =>
  ({ name, datatype: 'FP32', shape: [1], ...(alias !== undefined && { alias }) }) as const;

const CONVERTED: Signature = {
  inputs: [spec('serving_default_a:0', 'a'), spec('b')],
  outputs: [spec('Call:0', 'scores'), spec('Call:1', 'boxes')],
};
const PLAIN: Signature = { inputs: [spec('x:0'), spec('y')], outputs: [spec('z:0')] };

const outputs = CONVERTED.outputs.map(
  ({ name }): Tensor => ({ name, datatype: 'FP32', shape: [1], data: Float32Array.of(1) }),
);

test('a model with keys is known by them, by its names, and by those with and without :0', () => {
  const { inputs } = acceptedNames(CONVERTED);
  assert.deepEqual(
    [...inputs].map(([name, found]) => [name, found.spec.name, found.naming]),
    [
      ['a', 'serving_default_a:0', 'key'],
      ['serving_default_a:0', 'serving_default_a:0', 'own'],
      ['serving_default_a', 'serving_default_a:0', 'bare'],
      ['b', 'b', 'own'],
      ['b:0', 'b', 'suffixed'],
    ],
  );
});

test('a model without keys is known by the names of its tensors alone', () => {
  const { hasKeys, inputs } = acceptedNames(PLAIN);
  assert.deepEqual([hasKeys, [...inputs.keys()]], [false, ['x:0', 'y']]);
  assert.equal(keyedSignature(PLAIN), PLAIN);
});

test('a key means what it means in TensorFlow, though another tensor is called so but for its number', () => {
  const crossed = [spec('y:0', 'x'), spec('x:0', 'y')];
  assert.deepEqual(findTensor(crossed, 'x'), { spec: crossed[0], naming: 'key' });
  assert.deepEqual(findTensor(crossed, 'x:0'), { spec: crossed[1], naming: 'own' });
});

test('outputs are named as the inputs were, and by keys where those tell nothing', () => {
  const rows: [readonly string[], readonly string[]][] = [
    [[], ['scores', 'boxes']],
    [['b'], ['scores', 'boxes']],
    [
      ['a', 'b'],
      ['scores', 'boxes'],
    ],
    [
      ['serving_default_a:0', 'b'],
      ['Call:0', 'Call:1'],
    ],
    [
      ['serving_default_a', 'b'],
      ['Call', 'Call:1'],
    ],
    [
      ['serving_default_a:0', 'b:0'],
      ['Call:0', 'Call:1'],
    ],
  ];
  for (const [names, expected] of rows) {
    const used = names.flatMap((name) => findTensor(CONVERTED.inputs, name) ?? []);
    const named = nameOutputs(outputs, CONVERTED, answerNaming(used, 'key'));
    assert.deepEqual([names, named.map(({ name }) => name)], [names, expected]);
  }
});
