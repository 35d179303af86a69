import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Datatype, SlipwayError, type TensorData } from '@slipway/contract';
import fc from 'fast-check';
import { classify, sixDecimals } from './classification.ts';
import { modelOf } from './fixtures.ts';

function classes(
  datatype: Datatype,
  shape: number[],
  data: TensorData,
  count: number,
  options: { batched?: boolean; labels?: string[] } = {},
) {
  const batch = options.batched ? null : 1;
  const { labels } = options;
  const { signature } = modelOf(
    [['x', 'FP32', [batch]]],
    [['y', datatype, [batch]]],
    labels && { y: labels },
  );
  const tensor = classify({ name: 'y', datatype, shape, data }, count, signature);
  if (tensor instanceof SlipwayError) return tensor.message;
  const texts = (tensor.data as readonly Uint8Array[]).map((element) => Buffer.from(element).toString());
  return { datatype: tensor.datatype, shape: tensor.shape, texts };
}

test('the best classes come first, as score:index:label', () => {
  const NAN = Number.NaN;
  const rows: [ReturnType<typeof classes>, number[], string[]][] = [
    [classes('UINT32', [4], new Uint32Array([1, 5, 10, 4]), 2), [2], ['10:2', '5:1']],
    [
      classes('UINT32', [4], new Uint32Array([1, 5, 10, 4]), 2, { labels: ['a', 'b', 'apple'] }),
      [2],
      ['10:2:apple', '5:1:b'],
    ],
    [classes('FP32', [1, 2], new Float32Array([0.1, 0.9]), 1, { labels: [] }), [1], ['0.900000:1']],
    [classes('UINT8', [2], new Uint8Array([1, 2]), 2, { labels: ['a', ''] }), [2], ['2:1', '1:0:a']],
    [
      classes('UINT8', [2, 2, 2], new Uint8Array([1, 2, 4, 3, 9, 8, 6, 7]), 2, {
        batched: true,
        labels: ['a', 'b'],
      }),
      [2, 2],
      ['4:2:a', '3:3:b', '9:0:a', '8:1:b'],
    ],
    [classes('FP32', [2], new Float32Array([0.1, 0.9]), 9), [2], ['0.900000:1', '0.100000:0']],
    [
      classes('FP64', [2, 2], new Float64Array([1, 2, 4, 3]), 1, { batched: true }),
      [2, 1],
      ['2.000000:1', '4.000000:0'],
    ],
    [classes('FP64', [2, 2], new Float64Array([1, 2, 4, 3]), 1), [1], ['4.000000:2']],
    [classes('FP32', [0, 2], new Float32Array(), 1, { batched: true }), [0, 1], []],
    [
      classes('FP32', [4], new Float32Array([NAN, 1, NAN, 1]), 4),
      [4],
      ['1.000000:1', '1.000000:3', 'nan:0', 'nan:2'],
    ],
    [
      classes('INT64', [3], new BigInt64Array([-1n, 2n ** 62n, 2n ** 62n + 1n]), 3),
      [3],
      ['4611686018427387905:2', '4611686018427387904:1', '-1:0'],
    ],
  ];
  for (const [result, shape, texts] of rows) assert.deepEqual(result, { datatype: 'BYTES', shape, texts });
});

test('what has no scores, or too many, is refused', () => {
  const unsupported = (type: string) =>
    `class result not available for output due to unsupported type '${type}'`;
  assert.equal(classes('BYTES', [1], [new Uint8Array()], 1), unsupported('BYTES'));
  assert.equal(classes('FP16', [1], new Uint16Array(1), 1), unsupported('FP16'));
  assert.equal(classes('BOOL', [1], new Uint8Array(1), 1), unsupported('BOOL'));
  assert.equal(
    classes('UINT8', [1_000_001], new Uint8Array(1_000_001), 1),
    'classification output tensor too large',
  );
});

test('few classes and many are ranked alike', () => {
  const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 65, maxLength: 200 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 64 }), (values, few) => {
      const data = Int32Array.from(values);
      const all = classes('INT32', [data.length], data, data.length);
      const some = classes('INT32', [data.length], data, few);
      assert.ok(typeof all === 'object' && typeof some === 'object');
      assert.deepEqual(some.texts, all.texts.slice(0, few));
      const sorted = values.map((_, index) => index).sort((a, b) => (data[b] ?? 0) - (data[a] ?? 0) || a - b);
      assert.deepEqual(
        all.texts,
        sorted.map((index) => `${data[index]}:${index}`),
      );
    }),
    { seed: 5 },
  );
});

test('scores are written as printf("%f") writes them', () => {
  // As Python prints them: `"%f" % value`.
  const rows: [number, string][] = [
    [0, '0.000000'],
    [-0, '-0.000000'],
    [10, '10.000000'],
    [0.1, '0.100000'],
    [-1e-9, '-0.000000'],
    [1 / 128, '0.007812'],
    [3 / 128, '0.023438'],
    [-5 / 128, '-0.039062'],
    [7 / 128, '0.054688'],
    [0.9999995, '1.000000'],
    [Math.fround(3.3), '3.300000'],
    [123456789.12345679, '123456789.123457'],
    [1e21, '1000000000000000000000.000000'],
    [Math.fround(3.4028235e38), '340282346638528859811704183484516925440.000000'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ];
  for (const [value, text] of rows) assert.equal(sixDecimals(value), text);
});
