import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, elementCount, type Tensor, type TensorData } from '@slipway/contract';
import fc from 'fast-check';
import { openJson } from './cursor.ts';
import { finishJson, startJson } from './output.ts';
import { readTensor } from './read-tensor.ts';
import { putTensor } from './write-tensor.ts';

function write(tensor: Pick<Tensor, 'datatype' | 'shape' | 'data'>): string {
  const output = startJson();
  putTensor(output, tensor);
  return finishJson(output).toString();
}

const utf8 = (text: string) => new TextEncoder().encode(text);

test('every datatype is written as its reader takes it', () => {
  const rows: [Datatype, number[], TensorData, string][] = [
    ['FP32', [2, 2], Float32Array.of(0.1, 1, -0.5, 1e-10), '[[0.1,1.0],[-0.5,1e-10]]'],
    ['FP32', [5], Float32Array.of(NaN, Infinity, -Infinity, 0, -0), '[NaN,Infinity,-Infinity,0.0,-0.0]'],
    [
      'FP32',
      [4],
      Float32Array.of(3.4028235e38, 16777216, 1e21, 1.401298464324817e-45),
      '[3.4028235e38,16777216.0,1e21,1e-45]',
    ],
    ['FP32', [3], Float32Array.of(123456.79, 0.000001, 0.00012345), '[123456.79,0.000001,0.00012345]'],
    ['FP64', [3], Float64Array.of(0.1, 2, 1e300), '[0.1,2.0,1e+300]'],
    ['FP16', [2], Uint16Array.of(0x3c00, 0x2e66), '[1.0,0.099975586]'],
    ['BF16', [1], Uint16Array.of(0x4049), '[3.140625]'],
    ['INT64', [2], BigInt64Array.of(2n ** 63n - 1n, -1n), '[9223372036854775807,-1]'],
    ['UINT8', [], Uint8Array.of(7), '7'],
    ['BOOL', [2], Uint8Array.of(1, 0), '[true,false]'],
    ['INT32', [2, 0], new Int32Array(), '[[],[]]'],
    ['INT32', [0, 2], new Int32Array(), '[]'],
    ['BYTES', [3], [utf8('é'), utf8('"\n'), Uint8Array.of(0xff)], '["é","\\"\\n",{"b64":"/w=="}]'],
  ];
  for (const [datatype, shape, data, text] of rows) assert.equal(write({ datatype, shape, data }), text);
});

test('singles read back as the same single and are never longer than needed', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, max: 2 ** 24, min: -(2 ** 24) }), (value) => {
      const text = write({ datatype: 'FP32', shape: [], data: Float32Array.of(value) });
      assert.ok(Object.is(Math.fround(Number(text)), value), text);
      const shortest = [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
        (digits) => Math.fround(Number(value.toPrecision(digits))) === value,
      );
      const digits = text
        .replace(/e.*/, '')
        .replace(/\.0$|[-.]/g, '')
        .replace(/^0+|0+$/g, '');
      assert.ok(digits.length <= (shortest ?? 9), `${text} for ${value}`);
    }),
    { numRuns: 2000, seed: 5 },
  );
});

test('what was written is read as the same tensor', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (shape, first) => {
      const data = BigInt64Array.from(
        { length: elementCount(shape) },
        (_, index) => first * BigInt(index + 1),
      );
      const spec = { name: 'x', datatype: 'INT64', shape } as const;
      const text = write({ ...spec, data });
      assert.deepEqual(readTensor(openJson(Buffer.from(text)), spec, 'x'), { shape, data });
    }),
    { numRuns: 200, seed: 6 },
  );
});

test('an answer that outgrows the memory kept for answers is whole', () => {
  const data = Float32Array.from({ length: 100_000 }, (_, index) => index / 7);
  const text = write({ datatype: 'FP32', shape: [data.length], data });
  assert.deepEqual(Float32Array.from(JSON.parse(text)), data);
  assert.equal(write({ datatype: 'INT32', shape: [1], data: Int32Array.of(1) }), '[1]');
});
