import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype, Tensor, TensorData } from '@slipway/contract';
import { outputsAgree } from './outputs-agree.ts';

const make = (datatype: Datatype, data: TensorData): Tensor => ({
  name: 'y',
  datatype,
  shape: [data.length],
  data,
});

const CASES: readonly [string, Tensor, Tensor, boolean][] = [
  [
    'equal floats',
    make('FP32', Float32Array.of(1, Number.NaN)),
    make('FP32', Float32Array.of(1, Number.NaN)),
    true,
  ],
  ['close floats', make('FP32', Float32Array.of(100)), make('FP32', Float32Array.of(100.05)), true],
  ['floats apart', make('FP32', Float32Array.of(1)), make('FP32', Float32Array.of(1.01)), false],
  ['NaN and a number', make('FP64', Float64Array.of(Number.NaN)), make('FP64', Float64Array.of(1)), false],
  ['close halves', make('FP16', Uint16Array.of(0x3c00)), make('FP16', Uint16Array.of(0x3c01)), true],
  ['halves apart', make('FP16', Uint16Array.of(0x3c00)), make('FP16', Uint16Array.of(0x3c10)), false],
  ['close integers', make('INT64', BigInt64Array.of(1n)), make('INT64', BigInt64Array.of(2n)), false],
  ['equal text', make('BYTES', [Uint8Array.of(65)]), make('BYTES', [Uint8Array.of(65)]), true],
  ['other text', make('BYTES', [Uint8Array.of(65)]), make('BYTES', [Uint8Array.of(66)]), false],
  ['another length', make('BOOL', Uint8Array.of(1)), make('BOOL', Uint8Array.of(1, 1)), false],
];
for (const [what, one, other, expected] of CASES) {
  test(`${what} ${expected ? 'agree' : 'do not agree'}`, () => {
    assert.equal(outputsAgree([one], [other]), expected);
  });
}
