import type { Datatype } from '@slipway/contract';

/** The names and numbers that TensorFlow has for datatypes (tensorflow/core/framework/types.proto). */
const TYPES: readonly (readonly [datatype: Datatype, name: string, number: number])[] = [
  ['FP32', 'DT_FLOAT', 1],
  ['FP64', 'DT_DOUBLE', 2],
  ['INT32', 'DT_INT32', 3],
  ['UINT8', 'DT_UINT8', 4],
  ['INT16', 'DT_INT16', 5],
  ['INT8', 'DT_INT8', 6],
  ['BYTES', 'DT_STRING', 7],
  ['INT64', 'DT_INT64', 9],
  ['BOOL', 'DT_BOOL', 10],
  ['BF16', 'DT_BFLOAT16', 14],
  ['UINT16', 'DT_UINT16', 17],
  ['FP16', 'DT_HALF', 19],
  ['UINT32', 'DT_UINT32', 22],
  ['UINT64', 'DT_UINT64', 23],
];

export function datatypeOfName(name: string): Datatype | undefined {
  return TYPES.find(([, known]) => known === name)?.[0];
}

export function datatypeOfNumber(number: number): Datatype | undefined {
  return TYPES.find(([, , known]) => known === number)?.[0];
}

export function tensorflowNumber(datatype: Datatype): number {
  return TYPES.find(([known]) => known === datatype)?.[2] ?? 0;
}
