import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, elementCount, type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { createElements } from './elements.ts';
import { fitInputs } from './fit-inputs.ts';

const signature: Signature = {
  inputs: [
    { name: 'image', datatype: 'FP32', shape: ['batch', 2, null] },
    { name: 'weight', datatype: 'INT64', shape: ['batch'] },
  ],
  outputs: [],
};

function make(name: string, datatype: Datatype, shape: readonly number[]): Tensor {
  return { name, datatype, shape, data: createElements(datatype, elementCount(shape)) };
}

const image = make('image', 'FP32', [3, 2, 5]);
const weight = make('weight', 'INT64', [3]);

test('what fits comes back in the order of the signature', () => {
  assert.deepEqual(fitInputs(signature, [weight, image]), [image, weight]);
});

test('what is in order is not copied', () => {
  const given = [image, weight];
  assert.equal(fitInputs(signature, given), given);
});

const MISFITS: readonly [string, readonly Tensor[], RegExp][] = [
  ['a missing input', [image], /missing: "weight".*it takes "image" FP32 \[batch, 2, \?\], "weight" INT64/],
  ['an unknown input', [image, weight, make('mask', 'BOOL', [1])], /unknown: "mask"/],
  ['a wrong name', [image, make('wait', 'INT64', [3])], /missing: "weight"; unknown: "wait"/],
  ['an input given twice', [image, weight, weight], /"weight" is given more than once/],
  [
    'a wrong datatype',
    [make('image', 'FP64', [3, 2, 5]), weight],
    /"image": the datatype differs; expected "image" FP32 \[batch, 2, \?\], got FP64 \[3, 2, 5\]/,
  ],
  ['a wrong rank', [make('image', 'FP32', [3, 2]), weight], /"image": the number of dimensions differs/],
  [
    'a wrong size',
    [make('image', 'FP32', [3, 4, 5]), weight],
    /"image": dimension 1 must be 2.*got FP32 \[3, 4, 5\]/,
  ],
  [
    'sizes of one name that differ',
    [image, make('weight', 'INT64', [4])],
    /"batch" is 3 in input "image" but 4 in input "weight"/,
  ],
  [
    'too few elements',
    [{ ...image, data: new Float32Array(7) }, weight],
    /"image": there are 7 elements, not 30/,
  ],
];
for (const [what, given, message] of MISFITS) {
  test(`refuses ${what}`, () => {
    const answer = fitInputs(signature, given);
    assert.ok(answer instanceof SlipwayError);
    assert.equal(answer.code, 'invalid_argument');
    assert.match(answer.message, message);
  });
}
