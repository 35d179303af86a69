import type { SlipwayError } from '@slipway/contract';
import { readAnyString } from '../../../../json/any-string.ts';
import type { JsonCursor } from '../../../../json/cursor.ts';
import { type Elements, grow, trim } from '../../../../json/elements.ts';
import type { Feature } from '../../example-tensors.ts';
import {
  isBase64Object,
  nextType,
  readBase64Object,
  readNumberText,
  toInteger,
  toNumber,
  visitItems,
} from './json-values.ts';
import { invalid, wrongValue } from './refusals.ts';

const LARGEST_INT64 = 2n ** 63n - 1n;

/** The values of a feature so far; those of two of the three kinds stay empty. */
interface Values {
  kind: Feature['kind'] | undefined;
  readonly floats: Elements<Float64Array>;
  readonly longs: Elements<BigInt64Array>;
  readonly strings: Uint8Array[];
}

/** Reads a value, or a list of values, of one kind; `undefined` if the list is empty, which has no kind. */
export function readFeature(cursor: JsonCursor, name: string): Feature | SlipwayError | undefined {
  const values: Values = {
    kind: undefined,
    floats: { values: new Float64Array(), length: 0 },
    longs: { values: new BigInt64Array(), length: 0 },
    strings: [],
  };
  const read = (): SlipwayError | undefined => readValue(cursor, name, values);
  const error = nextType(cursor) === 'Array' ? visitItems(cursor, read) : read();
  return error ?? finish(values);
}

function finish({ kind, floats, longs, strings }: Values): Feature | undefined {
  switch (kind) {
    case 'float':
      return { kind, values: trim(floats) };
    case 'int64':
      return { kind, values: trim(longs) };
    case 'bytes':
      return { kind, values: strings };
    default:
      return undefined;
  }
}

function readValue(cursor: JsonCursor, name: string, values: Values): SlipwayError | undefined {
  const type = nextType(cursor);
  switch (type) {
    case 'Number':
      return readNumber(cursor, name, values);
    case 'True':
    case 'False':
      cursor.offset += type.length;
      return addLong(name, values, type === 'True' ? 1n : 0n);
    case 'String':
      return addString(name, values, readAnyString(cursor));
    case 'Object':
      if (isBase64Object(cursor)) return readBase64(cursor, name, values);
      break;
    case 'Array':
    case 'Null':
  }
  return invalid(`Feature: ${name} has element with unexpected JSON type: ${type}`);
}

/** A number with point or exponent, or one that is too long for an integer, is a float. */
function readNumber(cursor: JsonCursor, name: string, values: Values): SlipwayError | undefined {
  const text = readNumberText(cursor);
  const integer = toInteger(text);
  if (integer === undefined) return addFloat(name, values, toNumber(text));
  if (integer <= LARGEST_INT64) return addLong(name, values, integer);
  return (
    wrongKind(name, values, 'int64') ??
    invalid(`Feature: ${name} has uint64_t element. Only int64_t is supported.`)
  );
}

function readBase64(cursor: JsonCursor, name: string, values: Values): SlipwayError | undefined {
  const { bytes, offset } = cursor;
  const decoded = readBase64Object(cursor);
  if (decoded !== undefined) return addString(name, values, decoded);
  return wrongValue(bytes, offset, 'not formatted correctly for base64 data');
}

function addFloat(name: string, values: Values, value: number): SlipwayError | undefined {
  const { floats } = values;
  if (floats.length === floats.values.length) grow(floats);
  floats.values[floats.length++] = value;
  return wrongKind(name, values, 'float');
}

function addLong(name: string, values: Values, value: bigint): SlipwayError | undefined {
  const { longs } = values;
  if (longs.length === longs.values.length) grow(longs);
  longs.values[longs.length++] = value;
  return wrongKind(name, values, 'int64');
}

/** Adds a copy, which does not keep the body alive. */
function addString(name: string, values: Values, value: Uint8Array): SlipwayError | undefined {
  values.strings.push(new Uint8Array(value));
  return wrongKind(name, values, 'bytes');
}

/** The error if the values so far are of another kind. */
function wrongKind(name: string, values: Values, kind: Feature['kind']): SlipwayError | undefined {
  values.kind ??= kind;
  if (values.kind === kind) return undefined;
  return invalid(`Unexpected element type in feature: ${name} expecting type: ${values.kind}`);
}
