import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { readBundleIndex } from './bundle-index.ts';
import { type Pair, writeTable } from './table-writer.test.helper.ts';

type Header = MessageInitShape<typeof BundleHeaderProtoSchema>;
type Entry = MessageInitShape<typeof BundleEntryProtoSchema>;

const FLOAT = 1;
const STRING = 7;

function index(entry: Entry, header: Header = { numShards: 1 }): Buffer {
  const pairs: Pair[] = [
    [
      Buffer.alloc(0),
      Buffer.from(toBinary(BundleHeaderProtoSchema, create(BundleHeaderProtoSchema, header))),
    ],
    [Buffer.from('w'), Buffer.from(toBinary(BundleEntryProtoSchema, create(BundleEntryProtoSchema, entry)))],
  ];
  return writeTable(pairs, { perBlock: 4, perRestart: 1 });
}

function shape(...sizes: readonly number[]): NonNullable<Entry['shape']> {
  return { dim: sizes.map((size) => ({ size: BigInt(size) })) };
}

test('an index that is sound byte for byte and says what cannot be is refused by the tensor', () => {
  const good = { dtype: FLOAT, shape: shape(2), size: 8n };
  const all = [{ start: 0n }];
  const rows: readonly (readonly [Entry, RegExp, Header?])[] = [
    [{ ...good, size: 4n }, /"w" has 2 elements of float32, but 4 bytes/],
    [{ ...good, shape: shape(1e9) }, /1000000000 elements of float32, but 8 bytes/],
    [{ ...good, shape: shape(1e9, 1e9, 1e9) }, /no shape that a tensor can have/],
    [{ ...good, shape: shape(-1) }, /no shape/],
    [{ ...good, dtype: STRING, shape: shape(1e9) }, /1000000000 strings in 8 bytes/],
    [{ ...good, dtype: 999 }, /data type \(999\) that is not known/],
    [{ ...good, shardId: 1 }, /shard 1 of 1/],
    [{ ...good, shardId: -1 }, /shard -1 of 1/],
    [{ ...good, offset: -8n }, /no place/],
    [{ ...good, offset: 2n ** 62n }, /no place/],
    [{ ...good, slices: [{ extent: all }] }, /slice of the tensor "w" is missing/],
    [good, /highest byte/, { numShards: 1, endianness: 1 }],
    [good, /version 2 of its format/, { numShards: 1, version: { minConsumer: 2 } }],
    [good, /no shards/, { numShards: 0 }],
  ];
  assert.equal(readBundleIndex('x.index', index(good)).tensors.get('w')?.shape[0], 2);
  for (const [entry, message, header] of rows)
    assert.throws(() => readBundleIndex('x.index', index(entry, header)), { name: 'GraphError', message });
});
