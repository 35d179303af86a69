import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markAsUntransferable } from 'node:worker_threads';
import type { Tensor, TensorData } from '@slipway/contract';
import { packGiven } from './transfer.ts';

const make = (data: TensorData): Tensor => ({ name: 'x', datatype: 'UINT8', shape: [data.length], data });

function post(tensor: Tensor): Tensor | undefined {
  const transfer = new Set<ArrayBuffer>();
  const packed = packGiven([tensor], transfer);
  return structuredClone(packed, { transfer: [...transfer] })[0];
}

test('a buffer of its own goes over whole', () => {
  const data = Uint8Array.of(1, 2, 3);
  assert.deepEqual(post(make(data))?.data, Uint8Array.of(1, 2, 3));
  assert.equal(data.length, 0, 'the giver has it no more');
});

const KEPT: readonly [string, () => Uint8Array][] = [
  ['part of a larger buffer', () => new Uint8Array(Uint8Array.of(9, 1, 2, 3, 9).buffer, 1, 3)],
  ["a slice of Node's pool", () => Buffer.from([1, 2, 3])],
  [
    'a buffer that may not be transferred',
    () => {
      const data = Uint8Array.of(1, 2, 3);
      markAsUntransferable(data.buffer);
      return data;
    },
  ],
];
for (const [what, create] of KEPT) {
  test(`${what} is copied, no more of it than the tensor`, () => {
    const data = create();
    const received = post(make(data))?.data as Uint8Array;
    assert.deepEqual(Uint8Array.from(received), Uint8Array.of(1, 2, 3));
    assert.equal(received.buffer.byteLength, 3);
    assert.equal(data.length, 3);
  });
}

test('shared memory stays shared', () => {
  const data = new Uint8Array(new SharedArrayBuffer(3));
  const transfer = new Set<ArrayBuffer>();
  assert.equal(packGiven([make(data)], transfer)[0]?.data, data);
  assert.equal(transfer.size, 0);
});

test('two tensors in one buffer are copied apart', () => {
  const { buffer } = Uint8Array.of(1, 2, 3, 4);
  const tensors = [make(new Uint8Array(buffer, 0, 2)), make(new Uint8Array(buffer, 2, 2))];
  const transfer = new Set<ArrayBuffer>();
  const packed = structuredClone(packGiven(tensors, transfer), { transfer: [...transfer] });
  assert.deepEqual(
    packed.map(({ data }) => [...(data as Uint8Array)]),
    [
      [1, 2],
      [3, 4],
    ],
  );
});
