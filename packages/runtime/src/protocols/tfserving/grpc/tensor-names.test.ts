import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { resolveNames } from './tensor-names.ts';

const spec = (name: string, alias?: string) =>
  ({ name, datatype: 'FP32', shape: [1], ...(alias !== undefined && { alias }) }) as const;

/** As a model is that was converted from a TensorFlow model with a signature. */
const CONVERTED: Signature = {
  inputs: [spec('serving_default_a:0', 'a'), spec('serving_default_b:0', 'b')],
  outputs: [spec('StatefulPartitionedCall:0', 'scores'), spec('StatefulPartitionedCall:1', 'boxes')],
};

const tensors = (names: readonly string[]): readonly Tensor[] =>
  names.map((name) => ({ name, datatype: 'FP32', shape: [1], data: Float32Array.of(1) }));

/** What a request's tensors are in the model, and the names in the answer. */
function namesFor(inputs: readonly string[], filter: readonly string[] = [], both = false) {
  const named = resolveNames(CONVERTED, tensors(inputs), filter, both);
  if (named instanceof SlipwayError) return named.message;
  return [
    named.inputs.map(({ name }) => name),
    named.nameOutputs(tensors(named.outputs)).map(({ name }) => name),
  ];
}

const INPUTS = ['serving_default_a:0', 'serving_default_b:0'];
const OUTPUTS = ['StatefulPartitionedCall:0', 'StatefulPartitionedCall:1'];
const WITH_KEYS = ['StatefulPartitionedCall:0', 'scores', 'StatefulPartitionedCall:1', 'boxes'];

test('a converted model knows its tensors by their names, without :0, and by the keys of its signature', () => {
  assert.deepEqual(namesFor(INPUTS), [INPUTS, OUTPUTS]);
  assert.deepEqual(namesFor(['serving_default_a', 'serving_default_b']), [
    INPUTS,
    ['StatefulPartitionedCall', 'StatefulPartitionedCall:1'],
  ]);
  assert.deepEqual(namesFor(['a', 'b']), [INPUTS, WITH_KEYS]);
  assert.deepEqual(namesFor(['a', 'serving_default_b:0']), [INPUTS, WITH_KEYS]);
  assert.deepEqual(namesFor(INPUTS, [], true), [INPUTS, WITH_KEYS]);
  assert.deepEqual(namesFor(INPUTS, ['boxes', 'StatefulPartitionedCall']), [
    INPUTS,
    ['boxes', 'StatefulPartitionedCall'],
  ]);
});

test('the aliases of preview clients mean nothing where there are several tensors', () => {
  assert.match(namesFor(['images', 'b']) as string, /not found in signature: images/);
  assert.match(namesFor(['a', 'b'], ['output_alias']) as string, /not found in signature: output_alias/);
});
