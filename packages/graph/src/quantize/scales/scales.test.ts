import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { rewritten } from '../../onnx/fixtures.test.helper.ts';
import { smallModel, valueInfo } from '../small-model.test.helper.ts';
import { affineParameters, symmetricParameters, WHOLE_NUMBERS, weightScale } from './parameters.ts';
import { dequantizeValue, largestPerAxis, quantizePerAxis, quantizeValue } from './quantize-values.ts';
import { roundHalfToEven } from './round.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const type = fc.constantFrom('uint8', 'int8');

test('halves are rounded to the even neighbour', () => {
  const rows = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [0.49999999999999994, 0],
    [2 ** 52 + 1, 2 ** 52 + 1],
  ] as const;
  for (const [value, whole] of rows) assert.equal(roundHalfToEven(value) + 0, whole, `${value}`);
});

test('any other number is rounded to the nearest', () => {
  fc.assert(
    fc.property(finite, (value) => {
      const whole = roundHalfToEven(value);
      assert.ok(Number.isInteger(whole));
      assert.ok(Math.abs(whole - value) <= 0.5);
    }),
  );
});

/** Nearer to the end of FP32, a range that is moved by half a step is beyond it. */
const inside = fc.float({ noNaN: true, min: Math.fround(-1e38), max: Math.fround(1e38) });

test('zero is exact, and what is in the range comes back within half a step', () => {
  fc.assert(
    fc.property(inside, inside, fc.double({ min: 0, max: 1, noNaN: true }), type, (one, other, part, as) => {
      const range = { min: Math.min(one, other), max: Math.max(one, other) };
      const parameters = affineParameters(range, as);
      const { min, max } = WHOLE_NUMBERS[as];
      assert.ok(parameters.scale > 0 && Math.fround(parameters.scale) === parameters.scale);
      assert.ok(parameters.zeroPoint >= min && parameters.zeroPoint <= max);
      assert.equal(dequantizeValue(quantizeValue(0, parameters, as), parameters), 0);
      const [low, high] = [Math.min(0, range.min), Math.max(0, range.max)];
      const value = Math.fround(low * part + high * (1 - part));
      const back = dequantizeValue(quantizeValue(value, parameters, as), parameters);
      // At its ends, the range is moved by up to half a step, because zero is exact.
      assert.ok(Math.abs(back - value) <= 1.001 * parameters.scale, `${value} became ${back}`);
    }),
  );
});

test('a range of zeros has a scale, and a one-sided one its zero point at the end', () => {
  assert.deepEqual(affineParameters({ min: 0, max: 0 }, 'uint8'), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(affineParameters({ min: 0, max: 0 }, 'int8'), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(affineParameters({ min: 3, max: 255 }, 'uint8'), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(affineParameters({ min: 0, max: 255 }, 'int8'), { scale: 1, zeroPoint: -128 });
  assert.deepEqual(affineParameters({ min: -255, max: -1 }, 'uint8'), { scale: 1, zeroPoint: 255 });
});

test('weights fit in their bits, and their bias in 32', () => {
  const positive = fc.float({ min: 0, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      positive,
      finite,
      fc.float({ min: Math.fround(1e-6), max: 100, noNaN: true }),
      fc.boolean(),
      (largest, bias, inputScale, reduced) => {
        const scale = weightScale(largest, { bias, inputScale, reduced });
        const most = reduced ? 64 : 127;
        assert.ok(scale > 0 && Math.fround(scale) === scale);
        assert.ok(quantizeValue(largest, { scale, zeroPoint: 0 }, 'int32') <= most);
        const steps = Math.abs(bias) / Math.fround(scale * inputScale);
        assert.ok(steps < 2 ** 31, `${steps} steps`);
      },
    ),
  );
  assert.equal(weightScale(0), 1);
  assert.equal(weightScale(127), 1);
  assert.equal(weightScale(64, { reduced: true }), 1);
});

test('two products of seven bits and eight fit in sixteen', () => {
  assert.ok(2 * WHOLE_NUMBERS.uint8.max * 64 < 2 ** 15);
});

test('each index of an axis has a scale of its own', () => {
  const values = Float32Array.of(1, -2, 3, 4, 5, -6);
  assert.deepEqual([...largestPerAxis(values, [2, 3], 0)], [3, 6]);
  assert.deepEqual([...largestPerAxis(values, [2, 3], 1)], [4, 5, 6]);
  assert.deepEqual([...largestPerAxis(values, [2, 3], undefined)], [6]);
  assert.deepEqual([...largestPerAxis(values, [1, 2, 3], 1)], [3, 6]);
  const whole = new Int8Array(quantizePerAxis(values, [2, 3], 0, [1, 2]).buffer);
  assert.deepEqual([...whole], [1, -2, 3, 2, 2, -3]);
});

test('numbers become whole as in ONNX Runtime', async (t) => {
  for (const as of ['uint8', 'int8'] as const) {
    const small = smallModel({
      nodes: ['QuantizeLinear x scale zero > y'],
      inputs: { x: ['n'], scale: [] },
      outputs: ['y'],
    });
    const { graph } = small;
    const model = {
      ...small,
      graph: {
        ...graph,
        inputs: [...graph.inputs, valueInfo('zero', as, [])],
        outputs: [valueInfo('y', as)],
      },
    };
    const session = await InferenceSession.create(await rewritten(t, model));
    const values = fc.array(finite, { minLength: 1, maxLength: 200 });
    const scales = fc.float({ min: Math.fround(1e-3), max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(values, scales, fc.integer(WHOLE_NUMBERS[as]), async (list, scale, zeroPoint) => {
        // Besides any numbers, such as are in the middle between two whole ones.
        const x = Float32Array.from([...list, ...list.map((_, index) => (index - 50.5) * scale)]);
        const zero = as === 'uint8' ? Uint8Array.of(zeroPoint) : Int8Array.of(zeroPoint);
        const { y } = await session.run({
          x: new Tensor('float32', x, [x.length]),
          scale: new Tensor('float32', Float32Array.of(scale), []),
          zero: new Tensor(as, zero, []),
        });
        const own = Array.from(x, (value) => quantizeValue(value, { scale, zeroPoint }, as) + 0);
        assert.deepEqual(own, Array.from(y?.data as Uint8Array));
      }),
    );
    await session.release();
  }
});

test('a range around zero is held by the same steps to either side', () => {
  fc.assert(
    fc.property(inside, inside, (one, other) => {
      const range = { min: Math.min(one, other), max: Math.max(one, other) };
      const { scale, zeroPoint } = symmetricParameters(range);
      assert.equal(zeroPoint, 0);
      assert.equal(scale, Math.fround(scale));
      const largest = Math.max(Math.abs(one), Math.abs(other));
      // Rounding to FP32 may leave the end a little beyond the last step.
      assert.ok(largest <= 127.0001 * scale, `${largest} in steps of ${scale}`);
    }),
  );
});
