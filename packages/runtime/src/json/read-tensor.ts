import type { Datatype, TensorData, TensorSpec } from '@slipway/contract';
import { failedInside, type JsonCursor } from './cursor.ts';
import { type Elements, type NumberArray, trim } from './elements.ts';
import { toBfloat16 } from './float-formats.ts';
import { readBooleans } from './read-booleans.ts';
import { floatReader } from './read-floats.ts';
import { type IntegerRange, type LongRange, readIntegers, readLongs } from './read-integers.ts';
import { type ElementReader, readNested } from './read-nested.ts';
import { readByteStrings } from './read-strings.ts';

/** A tensor's elements in row-major order and the shape that their brackets had. */
export interface ShapedData {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Reads rows of elements into an array of its own, which grows as it must, and hands it over at the end. */
export interface TensorReader extends ElementReader {
  finish(): TensorData;
}

type ReadRow<A> = (cursor: JsonCursor, into: Elements<A>, most: number) => number;

/**
 * Reads nested arrays, or one bare value for a scalar, as a tensor of the datatype that `spec` names. The shape is
 * what the brackets say; whether it fits the signature is not judged here. On a problem the result is `undefined`, and
 * the path in the cursor begins with `path`.
 */
export function readTensor(cursor: JsonCursor, spec: TensorSpec, path: string): ShapedData | undefined {
  const reader = tensorReader(spec.datatype, expectedElements(spec, cursor));
  const shape = readNested(cursor, reader);
  if (shape === undefined) {
    failedInside(cursor, path);
    return undefined;
  }
  return { shape, data: reader.finish() };
}

/**
 * The elements to make room for: all that the signature knows of, which is exact when every size is fixed, but never
 * more than the rest of the body could hold.
 */
function expectedElements(spec: TensorSpec, cursor: JsonCursor): number {
  let count = 1;
  for (const size of spec.shape) if (typeof size === 'number') count *= size;
  const left = cursor.bytes.length - cursor.offset;
  return Math.min(count, Math.ceil(left / 2));
}

/** A reader for the elements of a datatype, with room for `capacity` of them to begin with. */
export function tensorReader(datatype: Datatype, capacity: number): TensorReader {
  switch (datatype) {
    case 'FP32':
      return reader(new Float32Array(capacity), floatReader(), asItIs);
    case 'FP64':
      return reader(new Float64Array(capacity), floatReader(), asItIs);
    case 'FP16':
      return reader(new Float16Array(capacity), floatReader(), (values) => new Uint16Array(values.buffer));
    case 'BF16':
      return reader(new Float32Array(capacity), floatReader(), toBfloat16);
    case 'INT64':
      return reader(new BigInt64Array(capacity), longs(datatype, -(2n ** 63n), 2n ** 63n - 1n), asItIs);
    case 'UINT64':
      return reader(new BigUint64Array(capacity), longs(datatype, 0n, 2n ** 64n - 1n), asItIs);
    case 'INT32':
      return reader(new Int32Array(capacity), integers(datatype, -(2 ** 31), 2 ** 31 - 1), asItIs);
    case 'INT16':
      return reader(new Int16Array(capacity), integers(datatype, -(2 ** 15), 2 ** 15 - 1), asItIs);
    case 'INT8':
      return reader(new Int8Array(capacity), integers(datatype, -(2 ** 7), 2 ** 7 - 1), asItIs);
    case 'UINT32':
      return reader(new Uint32Array(capacity), integers(datatype, 0, 2 ** 32 - 1), asItIs);
    case 'UINT16':
      return reader(new Uint16Array(capacity), integers(datatype, 0, 2 ** 16 - 1), asItIs);
    case 'UINT8':
      return reader(new Uint8Array(capacity), integers(datatype, 0, 2 ** 8 - 1), asItIs);
    case 'BOOL':
      return reader(new Uint8Array(capacity), readBooleans, asItIs);
    case 'BYTES':
      return reader<Uint8Array[]>([], readByteStrings, asItIs);
  }
}

function integers(datatype: string, least: number, most: number): ReadRow<NumberArray> {
  const range: IntegerRange = { datatype, least, most };
  return (cursor, into, count) => readIntegers(cursor, into, count, range);
}

function longs(datatype: string, least: bigint, most: bigint): ReadRow<BigInt64Array | BigUint64Array> {
  const range: LongRange = { datatype, least, most };
  return (cursor, into, count) => readLongs(cursor, into, count, range);
}

function reader<A extends { readonly length: number; slice(start: number, end: number): A }>(
  values: A,
  readRow: ReadRow<A>,
  finish: (values: A) => TensorData,
): TensorReader {
  const into: Elements<A> = { values, length: 0 };
  return {
    readRow: (cursor, most) => readRow(cursor, into, most),
    finish: () => finish(trim(into)),
  };
}

function asItIs<A>(values: A): A {
  return values;
}
