import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { TensorProtoSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { readConstant } from './constant.ts';
import { EXPECTED, fixture } from './fixtures.test.helper.ts';
import { loadTensorFlow } from './load-tensorflow.ts';

test('constants have the values that TensorFlow reads in them', async () => {
  await using model = await loadTensorFlow(fixture('constants.pb'));
  const expected = EXPECTED['constants.pb']?.tensors ?? {};
  const nodes = model.metaGraphs[0]?.graph.nodes ?? [];
  assert.deepEqual(nodes.map(({ name }) => name).toSorted(), Object.keys(expected).toSorted());
  for (const { name, attr } of nodes) {
    const value = attr['value']?.value;
    assert.ok(value?.case === 'tensor');
    const { dtype, shape, values } = readConstant(name, value.value);
    const data = values instanceof Uint8Array ? base64(values) : values.map(base64);
    assert.deepEqual({ dtype: dtype.name, shape, data }, expected[name], name);
  }
});

test('a constant that is no tensor, or would be a billion of a few bytes, is refused', () => {
  const shape = (...sizes: readonly number[]) => ({ dim: sizes.map((size) => ({ size: BigInt(size) })) });
  const rows: readonly (readonly [MessageInitShape<typeof TensorProtoSchema>, RegExp])[] = [
    [{ dtype: 1, tensorShape: shape(1e9), floatVal: [1] }, /1000000000 elements of float32.*tf\.fill/],
    [{ dtype: 7, tensorShape: shape(1e9), stringVal: [new Uint8Array(1)] }, /1000000000 elements of string/],
    [{ dtype: 1, tensorShape: shape(1e9), tensorContent: new Uint8Array(4) }, /has 4 bytes/],
    [{ dtype: 1, tensorShape: shape(2 ** 52, 2 ** 52) }, /no tensor has/],
    [{ dtype: 1, tensorShape: shape(-1) }, /no tensor has/],
    [{ dtype: 20 }, /resource cannot be read/],
    [{ dtype: 0 }, /data type 0 cannot be read/],
  ];
  for (const [proto, message] of rows)
    assert.throws(() => readConstant('x.pb, node "c"', create(TensorProtoSchema, proto)), { message });
});

test('a constant without values is zeros, and one with too many has the first', () => {
  const read = (floatVal: number[]) =>
    readConstant(
      'x',
      create(TensorProtoSchema, { dtype: 1, tensorShape: { dim: [{ size: 2n }] }, floatVal }),
    );
  assert.deepEqual(read([]).values, new Uint8Array(8));
  const { values } = read([1, 2, 3]);
  assert.deepEqual(values, new Uint8Array(Float32Array.of(1, 2).buffer));
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
