import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { bodyExpression } from './body-expression.ts';

test('equal elements are told in short', () => {
  const body = { data: [Array(784).fill(0)], outputs: ['a', 'b'] };
  assert.equal(bodyExpression(body), '{"data": [Array(784).fill(0)], "outputs": ["a", "b"]}');
});

test('the expression gives the value back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(9), (value, length) => {
      const body = [value, Array(length).fill(value)];
      const back: unknown = JSON.parse(runInNewContext(`JSON.stringify(${bodyExpression(body)})`));
      assert.deepEqual(back, JSON.parse(JSON.stringify(body)));
    }),
  );
});
