import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, elementCount, type Tensor } from '@slipway/contract';
import fc from 'fast-check';
import { createElements } from '../models/elements.ts';
import { canShareRun, mergeInputs, type RunRequest, rowsOf, splitOutputs } from './batch.ts';

const DATATYPES: readonly Datatype[] = ['FP32', 'FP64', 'INT64', 'UINT8', 'BOOL', 'FP16', 'BYTES'];

interface Plan {
  readonly datatypes: readonly Datatype[];
  readonly rowShape: readonly number[];
  readonly rows: readonly number[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  datatypes: fc.array(fc.constantFrom(...DATATYPES), { minLength: 1, maxLength: 3 }),
  rowShape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  rows: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
});

/** Requests whose elements are all different, so that a mix-up shows. */
function makeRequests({ datatypes, rowShape, rows }: Plan): readonly RunRequest[] {
  let next = 0;
  const fill = (datatype: Datatype, length: number) => {
    if (datatype === 'BYTES') return Array.from({ length }, () => Uint8Array.of(next++ % 251));
    const data = createElements(datatype, length);
    for (let index = 0; index < length; index += 1) {
      const value = next++ % 251;
      if (data instanceof BigInt64Array) data[index] = BigInt(value);
      else data[index] = value;
    }
    return data;
  };
  return rows.map((count) => ({
    outputs: ['y'],
    inputs: datatypes.map((datatype, index): Tensor => {
      const shape = [count, ...rowShape];
      return { name: `x${index}`, datatype, shape, data: fill(datatype, elementCount(shape)) };
    }),
  }));
}

test('splitting what was merged gives every request its own again', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const requests = makeRequests(plan);
      const merged = mergeInputs(requests);
      for (const tensor of merged) assert.equal(tensor.data.length, elementCount(tensor.shape));
      const parts = splitOutputs(merged, plan.rows);
      assert.deepEqual(
        parts,
        requests.map(({ inputs }) => inputs),
      );
    }),
  );
});

test('merging keeps the order of rows', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const requests = makeRequests(plan);
      const merged = mergeInputs(requests).map(({ data }) => Array.from(data as Iterable<unknown>));
      const joined = plan.datatypes.map((_, index) =>
        requests.flatMap(({ inputs }) => Array.from((inputs[index]?.data ?? []) as Iterable<unknown>)),
      );
      assert.deepEqual(merged, joined);
    }),
  );
});

test('parts of a split are views, not copies', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const parts = splitOutputs([{ name: 'y', datatype: 'FP32', shape: [2, 2], data }], [1, 1]);
  const part = parts?.[1]?.[0]?.data;
  assert.ok(part instanceof Float32Array);
  assert.equal(part.buffer, data.buffer);
});

test('an output without a row for each row is not split', () => {
  const wrong: Tensor = { name: 'y', datatype: 'FP32', shape: [3], data: new Float32Array(3) };
  const scalar: Tensor = { name: 'y', datatype: 'FP32', shape: [], data: new Float32Array(1) };
  assert.equal(splitOutputs([wrong], [1, 1]), undefined);
  assert.equal(splitOutputs([scalar], [1]), undefined);
});

const mixes = fc.array(plans, { minLength: 1, maxLength: 4 });

test('of any mix of requests, those that share a run get exactly their own rows', () => {
  fc.assert(
    fc.property(mixes, fc.integer({ min: 0, max: 99 }), (mixed, turn) => {
      const all = mixed.flatMap(makeRequests);
      const first = all[turn % all.length] as RunRequest;
      const sharing = all.filter((request) => canShareRun(first, request));
      assert.ok(sharing.includes(first));
      const parts = splitOutputs(mergeInputs(sharing), sharing.map(rowsOf));
      const own = sharing.map(({ inputs }) => inputs);
      assert.deepEqual(parts, own);
      for (const { inputs } of sharing) assert.deepEqual(rowsLike(inputs), rowsLike(first.inputs));
    }),
  );
});

/** What the rows of tensors look like, whatever their number. */
const rowsLike = (inputs: readonly Tensor[]) =>
  inputs.map(({ name, datatype, shape }) => ({ name, datatype, row: shape.slice(1) }));

const request = (shape: readonly number[], outputs = ['y']): RunRequest => ({
  outputs,
  inputs: [{ name: 'x', datatype: 'FP32', shape, data: new Float32Array(elementCount(shape)) }],
});

function withDatatype(datatype: Datatype, { inputs, outputs }: RunRequest): RunRequest {
  return { outputs, inputs: inputs.map((tensor) => ({ ...tensor, datatype })) };
}

function twice({ inputs, outputs }: RunRequest): RunRequest {
  return { outputs, inputs: [...inputs, ...inputs] };
}

const SHARING: readonly [string, RunRequest, RunRequest, boolean][] = [
  ['equal shapes', request([1, 4]), request([1, 4]), true],
  ['other numbers of rows', request([1, 4]), request([9, 4]), true],
  ['rows of another size', request([1, 4]), request([1, 5]), false],
  ['rows of another rank', request([1, 4]), request([1, 4, 1]), false],
  ['other datatypes', request([1, 4]), withDatatype('INT32', request([1, 4])), false],
  ['more inputs', request([1, 4]), twice(request([1, 4])), false],
  ['other outputs', request([1, 4]), request([1, 4], ['z']), false],
  ['outputs in another order', request([1], ['y', 'z']), request([1], ['z', 'y']), false],
];
for (const [what, one, other, expected] of SHARING) {
  test(`${what} ${expected ? 'can' : 'cannot'} share a run`, () => {
    assert.equal(canShareRun(one, other), expected);
    assert.equal(canShareRun(other, one), expected);
  });
}

test('a request has the rows of its first input', () => {
  assert.equal(rowsOf(request([7, 2])), 7);
});
