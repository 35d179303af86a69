import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import type { Attributes } from '../emitter.ts';
import { answersOf, nodeOf, smallModel } from '../small-model.test.helper.ts';
import { integerBytes, type Value } from '../value.ts';
import { fold } from './fold.ts';
import { elementsOf, operandOf } from './operand.ts';

type DType = 'float32' | 'int32' | 'int64' | 'bool';

/** A node of constants, and the type of what it makes. */
interface Example {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes?: Attributes;
  readonly dtype: DType;
}

const sizes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
const filled = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });

const ELEMENTS = {
  float32: fc.oneof(fc.float({ noNaN: true }), fc.integer({ min: -3, max: 3 })),
  int32: fc.integer({ min: -40, max: 40 }),
  int64: fc.integer({ min: -40, max: 40 }),
  bool: fc.integer({ min: 0, max: 1 }),
} as const;

const FLOATS = ['Neg', 'Abs', 'Floor', 'Ceil', 'Sqrt', 'Reciprocal'];
const BOTH = ['Add', 'Sub', 'Mul', 'Max', 'Min'];
const COMPARISONS = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'];
const NUMBERS = ['float32', 'int32', 'int64'] as const;

const EXAMPLES: Readonly<Record<string, fc.Arbitrary<Example>>> = {
  ...Object.fromEntries(FLOATS.map((op) => [op, unary(op, 'float32')])),
  ...Object.fromEntries(['Neg', 'Abs'].map((op) => [`${op} of whole numbers`, unary(op, 'int32')])),
  ...Object.fromEntries([...BOTH, 'Div'].map((op) => [`${op} of floats`, pair(op, 'float32', 'float32')])),
  ...Object.fromEntries(
    NUMBERS.slice(1).flatMap((dtype) => BOTH.map((op) => [`${op} of ${dtype}`, pair(op, dtype, dtype)])),
  ),
  ...Object.fromEntries(
    NUMBERS.flatMap((dtype) => COMPARISONS.map((op) => [`${op} of ${dtype}`, pair(op, dtype, 'bool')])),
  ),
  Not: unary('Not', 'bool'),
  And: pair('And', 'bool', 'bool'),
  Or: pair('Or', 'bool', 'bool'),
  'Cast to whole numbers': filled
    .chain((shape) =>
      constant(
        'x',
        'float32',
        shape,
        fc.integer({ min: -9, max: 9 }).map((n) => n + 0.5),
      ),
    )
    .map((x) => ({ op: 'Cast', inputs: [x], attributes: { to: 7 }, dtype: 'int64' })),
  'Cast to floats': filled
    .chain((shape) => constant('x', 'int64', shape, fc.integer()))
    .map((x) => ({ op: 'Cast', inputs: [x], attributes: { to: 1 }, dtype: 'float32' })),
  Where: filled.chain((shape) =>
    fc
      .tuple(constant('c', 'bool', shape), constant('x', 'float32', [1]), constant('y', 'float32', shape))
      .map((inputs) => ({ op: 'Where', inputs, dtype: 'float32' })),
  ),
  Reshape: sizes.chain((shape) =>
    constant('x', 'int32', shape).map((x) => ({
      op: 'Reshape',
      inputs: [x, numbers('shape', [elementCount(shape)])],
      attributes: { allowzero: 1 },
      dtype: 'int32',
    })),
  ),
  'Reshape to what is left': filled.chain((shape) =>
    constant('x', 'int32', shape).map((x) => ({
      op: 'Reshape',
      inputs: [x, numbers('shape', [shape[0] as number, -1, 1])],
      attributes: { allowzero: 1 },
      dtype: 'int32',
    })),
  ),
  Unsqueeze: sizes.chain((shape) =>
    constant('x', 'float32', shape).map((x) => ({
      op: 'Unsqueeze',
      inputs: [x, numbers('axes', [-1, 0])],
      dtype: 'float32',
    })),
  ),
  Squeeze: sizes.chain((shape) =>
    constant('x', 'float32', [1, ...shape, 1]).map((x) => ({
      op: 'Squeeze',
      inputs: [x, numbers('axes', [0, -1])],
      dtype: 'float32',
    })),
  ),
  Transpose: sizes.chain((shape) =>
    fc
      .tuple(constant('x', 'float32', shape), order(shape.length))
      .map(([x, perm]) => ({ op: 'Transpose', inputs: [x], attributes: { perm }, dtype: 'float32' })),
  ),
  'Transpose without an order': sizes.chain((shape) =>
    constant('x', 'float32', shape).map((x) => ({ op: 'Transpose', inputs: [x], dtype: 'float32' })),
  ),
  'Transpose of truth values': filled.chain((shape) =>
    fc
      .tuple(constant('x', 'bool', shape), order(shape.length))
      .map(([x, perm]) => ({ op: 'Transpose', inputs: [x], attributes: { perm }, dtype: 'bool' })),
  ),
  Expand: filled.chain((shape) =>
    constant('x', 'int64', [1, shape[0] as number, 1]).map((x) => ({
      op: 'Expand',
      inputs: [x, numbers('shape', [2, 1, 3])],
      dtype: 'int64',
    })),
  ),
  Concat: fc.tuple(filled, fc.nat(9)).chain(([shape, any]) => {
    const axis = any % shape.length;
    return fc
      .tuple(constant('x', 'float32', shape), constant('y', 'float32', shape.with(axis, 2)))
      .map((inputs) => ({
        op: 'Concat',
        inputs,
        attributes: { axis: axis - shape.length },
        dtype: 'float32',
      }));
  }),
  Slice: fc.tuple(filled, fc.nat(9), range()).chain(([shape, any, [start, end, step]]) =>
    constant('x', 'int32', shape).map((x) => ({
      op: 'Slice',
      inputs: [
        x,
        numbers('starts', [start]),
        numbers('ends', [end]),
        numbers('axes', [(any % shape.length) - shape.length]),
        numbers('steps', [step]),
      ],
      dtype: 'int32',
    })),
  ),
  Gather: fc.tuple(filled, fc.nat(9), filled).chain(([shape, any, wanted]) => {
    const axis = any % shape.length;
    const size = shape[axis] as number;
    return fc
      .tuple(
        constant('x', 'float32', shape),
        constant('indices', 'int64', wanted, fc.integer({ min: -size, max: size - 1 })),
      )
      .map((inputs) => ({ op: 'Gather', inputs, attributes: { axis }, dtype: 'float32' }));
  }),
};

for (const [name, examples] of Object.entries(EXAMPLES))
  test(`what is computed when a model is converted is what ONNX Runtime computes: ${name}`, async (t) => {
    const check = async ({ op, inputs, attributes = {}, dtype }: Example): Promise<void> => {
      const folded = fold(op, inputs, attributes, dtype);
      assert.ok(folded, 'it is computed');
      const names = inputs.map(({ name }) => name);
      const ends = inputs.map((input) => ({ ...input, shape: input.shape as readonly number[] }));
      const nodes = [nodeOf(op, names, ['result'], attributes)];
      const model = smallModel(ends, [{ name: 'result', dtype }], nodes);
      const feeds = Object.fromEntries(inputs.map((input) => [input.name, fed(input)]));
      const { result } = await answersOf(t, model, feeds);
      assert.deepEqual(folded.shape, result?.dims);
      assert.deepEqual(elementsOf({ ...folded, dtype }), result?.data);
    };
    await fc.assert(fc.asyncProperty(examples, check), { numRuns: 15, seed: 1 });
  });

test('what has no exact answer is left to ONNX Runtime', () => {
  const floats = operandValue('x', 'float32', [2], Float32Array.of(1, 2));
  const wholes = operandValue('x', 'int32', [2], Int32Array.of(1, 0));
  assert.equal(fold('Exp', [floats], {}, 'float32'), undefined);
  assert.equal(fold('ReduceSum', [floats, numbers('axes', [0])], {}, 'float32'), undefined);
  assert.equal(fold('Div', [wholes, wholes], {}, 'int32'), undefined);
  assert.equal(fold('Gather', [floats, numbers('indices', [2])], {}, 'float32'), undefined);
  const large = operandValue('x', 'float32', [1], Float32Array.of(3e9));
  assert.equal(fold('Cast', [large], { to: 6 }, 'int32'), undefined);
  assert.equal(
    fold('Add', [floats, { name: 'input', dtype: 'float32', shape: [2] }], {}, 'float32'),
    undefined,
  );
});

test('constants are views of a file, wherever they begin there', () => {
  const view = Buffer.from([9, 1, 0, 0, 0, 2, 0, 0, 0]).subarray(1);
  const x = { name: 'x', dtype: 'int32', shape: [2, 1], constant: view };
  const transposed = fold('Transpose', [x], { perm: [1, 0] }, 'int32');
  assert.deepEqual([...(transposed?.bytes ?? [])], [...view]);
  const sum = fold('Add', [x, x], {}, 'int32');
  assert.deepEqual(sum && elementsOf(sum), Int32Array.of(2, 4));
});

test('a shape alone takes no memory', () => {
  const one = operandValue('x', 'float32', [1], Float32Array.of(1));
  assert.equal(fold('Expand', [one, numbers('shape', [2 ** 40])], {}, 'float32'), undefined);
});

test('32 bits wrap around, and float32 is rounded once', () => {
  const most = operandValue('x', 'int32', [], Int32Array.of(2 ** 31 - 1));
  assert.deepEqual(fold('Mul', [most, most], {}, 'int32')?.bytes, new Uint8Array([1, 0, 0, 0]));
  const [third, three] = [1 / 3, 3].map((n) => operandValue('x', 'float32', [], Float32Array.of(n)));
  const product = fold('Mul', [third, three] as Value[], {}, 'float32');
  assert.deepEqual(product && elementsOf(product), Float32Array.of(Math.fround(Math.fround(1 / 3) * 3)));
});

function unary(op: string, dtype: DType): fc.Arbitrary<Example> {
  return sizes.chain((shape) => constant('x', dtype, shape).map((x) => ({ op, inputs: [x], dtype })));
}

/** Of tensors that are broadcast, each to the other. */
function pair(op: string, of: DType, dtype: DType): fc.Arbitrary<Example> {
  return filled.chain((shape) =>
    fc
      .tuple(constant('x', of, [2, ...shape.with(0, 1)]), constant('y', of, shape))
      .map((inputs) => ({ op, inputs, dtype })),
  );
}

function constant(
  name: string,
  dtype: DType,
  shape: readonly number[],
  element: fc.Arbitrary<number> = ELEMENTS[dtype],
): fc.Arbitrary<Value> {
  const count = elementCount(shape);
  return fc
    .array(element, { minLength: count, maxLength: count })
    .map((elements) => operandValue(name, dtype, shape, arrayOf(dtype, elements)));
}

function arrayOf(dtype: DType, elements: readonly number[]) {
  if (dtype === 'int64') return BigInt64Array.from(elements, BigInt);
  if (dtype === 'bool') return Uint8Array.from(elements);
  return dtype === 'int32' ? Int32Array.from(elements) : Float32Array.from(elements);
}

function operandValue(
  name: string,
  dtype: DType,
  shape: readonly number[],
  elements: Float32Array | Int32Array | BigInt64Array | Uint8Array,
): Value {
  return { name, dtype, shape, constant: operandOf(dtype, shape, elements).bytes };
}

function numbers(name: string, values: readonly number[]): Value {
  return { name, dtype: 'int64', shape: [values.length], constant: integerBytes('int64', values) };
}

function order(rank: number): fc.Arbitrary<readonly number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
}

/** From where to where, and in which steps. */
function range(): fc.Arbitrary<readonly [number, number, number]> {
  const near = fc.integer({ min: -4, max: 4 });
  const [last, first] = [2 ** 31 - 1, -(2 ** 31 - 1)];
  const forth = fc.tuple(near, fc.oneof(near, fc.constant(last)), fc.constantFrom(1, 2));
  const back = fc.tuple(
    fc.oneof(near, fc.constant(last)),
    fc.oneof(near, fc.constant(first)),
    fc.constantFrom(-1, -2),
  );
  return fc.oneof(forth, back);
}

function fed({ dtype, shape, constant: bytes }: Value): Tensor {
  const elements = elementsOf({ dtype, shape: shape as number[], bytes: bytes as Uint8Array });
  return new Tensor(dtype as 'float32', elements as Float32Array, shape as number[]);
}
