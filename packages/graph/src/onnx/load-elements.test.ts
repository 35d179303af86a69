import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixturePath } from './fixtures.test.helper.ts';
import { loadElements } from './load-elements.ts';
import { intTensor } from './make-tensor.ts';
import type { Tensor } from './model.ts';
import { readModel } from './read-model.ts';

const tensors = new Map(
  readModel(fixturePath('every-kind')).graph.initializers.map((each) => [each.name, each]),
);

function load(name: string): ArrayBuffer {
  const tensor = tensors.get(name);
  assert.ok(tensor !== undefined);
  return new Uint8Array(loadElements(tensor)).buffer;
}

test('elements are the same bytes, whichever form they have in the file', () => {
  assert.deepEqual([...new Float32Array(load('floats'))], [0.5, -1.5, 2.25]);
  assert.deepEqual([...new BigInt64Array(load('longs'))], [1n, -2n, 2n ** 60n]);
  assert.deepEqual([...new Int32Array(load('ints'))], [7, -7]);
  assert.deepEqual([...new Float64Array(load('doubles'))], [0.1, 1e300]);
  assert.deepEqual([...new BigUint64Array(load('unsigned'))], [0n, 2n ** 63n]);
  assert.deepEqual([...new Uint16Array(load('halves'))], [0x3e00, 0xc000]);
  assert.deepEqual([...new Uint8Array(load('flags'))], [1, 0]);
  assert.equal(load('empty').byteLength, 0);
  assert.equal(load('weights').byteLength, 64 * 65 * 4);
});

test('strings have no bytes, and numbers must be as many as the shape says', () => {
  assert.throws(() => load('strings'), { code: 'invalid_argument', message: /strings is string/ });
  for (const bytes of [
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 0x80],
  ]) {
    const data = { form: 'packed', field: 'int64Data', bytes: Uint8Array.from(bytes) } as const;
    const tensor: Tensor = { ...intTensor('three', [3], []), data };
    assert.throws(() => loadElements(tensor), {
      code: 'invalid_file',
      message: /another number of elements/,
    });
  }
});
