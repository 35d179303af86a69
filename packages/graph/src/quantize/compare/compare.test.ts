import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { topAgreement } from './agreement.ts';
import { addErrors, compareValues, decibels } from './tensor-error.ts';
import { worstLayers } from './worst-layers.ts';

const values = fc.float32Array({
  minLength: 2,
  maxLength: 20,
  noNaN: true,
  noDefaultInfinity: true,
  max: 1e6,
  min: -1e6,
});

test('noise is told in decibels', () => {
  const error = compareValues(Float32Array.of(10, 0), Float32Array.of(9, 0));
  assert.deepEqual(error, { values: 2, signal: 100, noise: 1, largest: 1 });
  assert.equal(decibels(error), 20);
  assert.equal(decibels({ signal: 4, noise: 0 }), Number.POSITIVE_INFINITY);
  assert.equal(decibels({ signal: 0, noise: 1 }), Number.NEGATIVE_INFINITY);
  assert.throws(() => compareValues(new Float32Array(2), new Float32Array(3)), { code: 'invalid_argument' });
});

test('errors of parts add up to that of the whole', () => {
  fc.assert(
    fc.property(values, fc.nat(), (float, seed) => {
      const other = float.map((value, index) => value + ((seed + index) % 7));
      const at = seed % float.length;
      const parts = addErrors(
        compareValues(float.subarray(0, at), other.subarray(0, at)),
        compareValues(float.subarray(at), other.subarray(at)),
      );
      const whole = compareValues(float, other);
      assert.equal(parts.values, whole.values);
      assert.equal(parts.largest, whole.largest);
      assert.ok(Math.abs(parts.noise - whole.noise) <= 1e-9 * whole.noise);
    }),
  );
});

test('two models agree where their most likely classes are the same', () => {
  const float = Float32Array.of(0.1, 0.9, 0.5, 0.5, 0.7, 0.3);
  assert.deepEqual(topAgreement(float, float, 2), { samples: 3, same: 3 });
  const other = Float32Array.of(0.2, 0.8, 0.4, 0.6, 0.9, 0.1);
  assert.deepEqual(topAgreement(float, other, 2), { samples: 3, same: 2 });
  assert.throws(() => topAgreement(float, other, 4), { message: /6 values are no rows of 4/ });
  assert.throws(() => topAgreement(float, other.subarray(2), 2), { code: 'invalid_argument' });
});

test('the layer that adds most noise comes first, not the one with most', () => {
  const layer = (node: string, takes: string, makes: string) => ({ node, op: 'Conv', takes: [takes], makes });
  const integer = [
    layer('first', 'x', 'a'),
    layer('second', 'a', 'b'),
    layer('third', 'b', 'c'),
    layer('unseen', 'c', 'd'),
  ];
  const error = (noise: number) => ({ values: 1, signal: 1, noise, largest: 0 });
  const errors = new Map([
    ['a', error(0.01)],
    ['b', error(0.2)],
    ['c', error(0.205)],
  ]);
  const order = worstLayers({ integer }, errors).map(({ node }) => node);
  assert.deepEqual(order, ['second', 'first', 'third']);
});

test('of two layers that are as noisy, the one that is small beside what it is added to harms less', () => {
  const integer = [
    { node: 'trunk', op: 'Conv', takes: ['x'], makes: 'a' },
    { node: 'branch', op: 'Conv', takes: ['a'], makes: 'b' },
    { node: 'sum', op: 'Add', takes: ['a', 'b'], makes: 'c' },
    { node: 'last', op: 'Conv', takes: ['c'], makes: 'd' },
  ];
  const error = (signal: number, noise: number) => ({ values: 1, signal, noise: signal * noise, largest: 0 });
  const errors = new Map([
    ['a', error(0.9, 0.1)],
    ['b', error(0.1, 0.25)],
    ['c', error(1, 0.3)],
    ['d', error(1, 0.32)],
  ]);
  const found = worstLayers({ integer }, errors).map(({ node, weight }) => [node, Number(weight.toFixed(2))]);
  assert.deepEqual(found, [
    ['trunk', 1],
    ['sum', 1],
    ['last', 1],
    ['branch', 0.1],
  ]);
});
