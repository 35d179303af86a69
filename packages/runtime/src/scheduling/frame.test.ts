import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype, Tensor, TensorData } from '@slipway/contract';
import { createFrame, type Frame } from './frame.ts';

const make = (datatype: Datatype, data: TensorData): Tensor => ({
  name: 'x',
  datatype,
  shape: [data.length, 1],
  data,
});

/** Two threads' sights of the same memory. */
function openFrame(bytes: number): { readonly giver: Frame; readonly taker: Frame } {
  const memory = new SharedArrayBuffer(bytes);
  return { giver: createFrame(memory), taker: createFrame(memory) };
}

const TENSORS: readonly Tensor[] = [
  make('FP32', Float32Array.of(1.5, -2, Number.NaN)),
  make('INT64', BigInt64Array.of(9_007_199_254_740_993n)),
  make('UINT8', new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2)),
  make('FP16', Uint16Array.of(0x3c00)),
  make('BOOL', Uint8Array.of()),
  { name: 'x', datatype: 'FP64', shape: [], data: Float64Array.of(0.1) },
];

test('what was put is taken in the same order, as copies', () => {
  const { giver, taker } = openFrame(1_024);
  for (const tensor of TENSORS) assert.equal(giver.putTensor(tensor), true);
  assert.equal(giver.putNumber(0.25), true);
  const taken = TENSORS.map((tensor) => taker.takeTensor(tensor));
  giver.rewind();
  giver.putTensor(make('UINT8', new Uint8Array(200).fill(7)));
  assert.deepEqual(taken, TENSORS);
});

test('after a rewind it begins anew', () => {
  const { giver, taker } = openFrame(64);
  for (const value of [1, 2]) {
    giver.rewind();
    taker.rewind();
    giver.putNumber(value);
    assert.equal(taker.takeNumber(), value);
  }
});

test('it takes what fits to the last byte, and no more', () => {
  const headBytes = 3 * 8;
  const { giver } = openFrame(headBytes + 16);
  assert.equal(giver.putTensor(make('UINT8', new Uint8Array(16))), true);
  assert.equal(giver.putNumber(1), false);
  giver.rewind();
  assert.equal(giver.putTensor(make('UINT8', new Uint8Array(17))), false);
});

test('texts have no place in it', () => {
  const { giver } = openFrame(1_024);
  assert.equal(giver.putTensor(make('BYTES', [Uint8Array.of(1)])), false);
});
