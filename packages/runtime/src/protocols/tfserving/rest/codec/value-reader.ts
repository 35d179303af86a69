import { type Datatype, SlipwayError, type TensorData } from '@slipway/contract';
import { readAnyString } from '../../../../json/any-string.ts';
import type { JsonCursor } from '../../../../json/cursor.ts';
import { type Elements, grow, trim } from '../../../../json/elements.ts';
import { tensorflowType } from '../../data-types.ts';
import { excerpt } from './excerpt.ts';
import {
  isBase64Object,
  nextType,
  readBase64Object,
  readNumberText,
  toInteger,
  toNumber,
} from './json-values.ts';
import { wrongType, wrongValue } from './refusals.ts';

/** Reads the values of one tensor, exactly as the stock server takes or refuses them. */
export interface ValueReader {
  /** Reads the value that comes next in a text that was checked; it is no array. */
  read(cursor: JsonCursor): SlipwayError | undefined;
  /** All values that were read. */
  finish(): TensorData;
}

/** A reader for a datatype. INT8, INT16 and UINT8 are checked as 32-bit integers only, and wrap around. */
export function valueReader(datatype: Datatype): ValueReader {
  switch (datatype) {
    case 'FP32':
      return reader(datatype, new Float32Array(), readFloat, asItIs);
    case 'FP64':
      return reader(datatype, new Float64Array(), readFloat, asItIs);
    case 'INT32':
      return reader(datatype, new Int32Array(), readInt32, asItIs);
    case 'INT16':
      return reader(datatype, new Int32Array(), readInt32, (values) => Int16Array.from(values));
    case 'INT8':
      return reader(datatype, new Int32Array(), readInt32, (values) => Int8Array.from(values));
    case 'UINT8':
      return reader(datatype, new Int32Array(), readInt32, (values) => Uint8Array.from(values));
    case 'UINT32':
      return reader(datatype, new Uint32Array(), readUint32, asItIs);
    case 'INT64':
      return reader(datatype, new BigInt64Array(), readInt64, asItIs);
    case 'UINT64':
      return reader(datatype, new BigUint64Array(), readUint64, asItIs);
    case 'BOOL':
      return reader(datatype, new Uint8Array(), readBoolean, asItIs);
    case 'BYTES':
      return stringReader();
    case 'FP16':
    case 'BF16':
    case 'UINT16':
      return { read: (cursor) => refuseType(cursor, datatype), finish: () => new Uint16Array() };
  }
}

interface NumericArray<V> {
  readonly length: number;
  [index: number]: V;
  set(source: NumericArray<V>): void;
  slice(start: number, end: number): this;
}

/** Reads one value; `undefined` if it is of another type or out of range. The cursor is behind it or at it. */
type Read<V> = (cursor: JsonCursor) => V | undefined;

function reader<V, A extends NumericArray<V>>(
  datatype: Datatype,
  values: A,
  read: Read<V>,
  finish: (values: A) => TensorData,
): ValueReader {
  const into: Elements<A> = { values, length: 0 };
  const expected = tensorflowType(datatype).word;
  return {
    read(cursor) {
      const start = cursor.offset;
      const value = read(cursor);
      if (value === undefined) {
        cursor.offset = start;
        return wrongType(cursor, expected);
      }
      if (into.length === into.values.length) grow(into);
      into.values[into.length++] = value;
      return undefined;
    },
    finish: () => finish(trim(into)),
  };
}

function asItIs<A>(values: A): A {
  return values;
}

function readFloat(cursor: JsonCursor): number | undefined {
  return nextType(cursor) === 'Number' ? toNumber(readNumberText(cursor)) : undefined;
}

function readInt32(cursor: JsonCursor): number | undefined {
  const value = readInteger(cursor, -(2n ** 31n), 2n ** 31n - 1n);
  return value === undefined ? undefined : Number(value);
}

function readUint32(cursor: JsonCursor): number | undefined {
  const value = readInteger(cursor, 0n, 2n ** 32n - 1n);
  return value === undefined ? undefined : Number(value);
}

function readInt64(cursor: JsonCursor): bigint | undefined {
  return readInteger(cursor, -(2n ** 63n), 2n ** 63n - 1n);
}

function readUint64(cursor: JsonCursor): bigint | undefined {
  return readInteger(cursor, 0n, 2n ** 64n - 1n);
}

function readInteger(cursor: JsonCursor, least: bigint, most: bigint): bigint | undefined {
  const value = nextType(cursor) === 'Number' ? toInteger(readNumberText(cursor)) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function readBoolean(cursor: JsonCursor): number | undefined {
  const type = nextType(cursor);
  if (type !== 'True' && type !== 'False') return undefined;
  cursor.offset += type.length;
  return type === 'True' ? 1 : 0;
}

function stringReader(): ValueReader {
  const values: Uint8Array[] = [];
  return {
    read(cursor) {
      const value = readBytes(cursor);
      if (value instanceof SlipwayError) return value;
      values.push(value);
      return undefined;
    },
    finish: () => values,
  };
}

/** A string's bytes, or those that `{"b64": …}` stands for, as a copy that does not keep the body alive. */
function readBytes(cursor: JsonCursor): Uint8Array | SlipwayError {
  const type = nextType(cursor);
  const start = cursor.offset;
  if (type === 'String') return new Uint8Array(readAnyString(cursor));
  if (type !== 'Object') return wrongType(cursor, tensorflowType('BYTES').word);
  const decoded = isBase64Object(cursor) ? readBase64Object(cursor) : undefined;
  return decoded ?? wrongValue(cursor.bytes, start, 'not formatted correctly for base64 data');
}

/** Types that the stock server cannot read from JSON. An object is of no type. */
function refuseType(cursor: JsonCursor, datatype: Datatype): SlipwayError {
  const { word } = tensorflowType(datatype);
  if (nextType(cursor) === 'Object') return wrongType(cursor, word);
  const shown = excerpt(cursor.bytes, cursor.offset);
  return new SlipwayError('unsupported', `Conversion of JSON Value: ${shown} to type: ${word}`);
}
