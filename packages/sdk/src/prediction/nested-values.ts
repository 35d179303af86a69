import { type Datatype, elementCount, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
import { fromBase64, toBase64 } from './base64.ts';
import {
  bfloatToNumber,
  brokenAnswer,
  checked,
  denseArray,
  halfToNumber,
  isDense,
  numberToBfloat,
  numberToHalf,
} from './elements.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The elements of a tensor in arrays nested as its shape says; a scalar is a bare value. */
export function toNested(tensor: Tensor): unknown {
  return nest(tensor.shape, flatValues(tensor));
}

/** The elements as JSON has them, in one array. */
export function flatValues({ datatype, data }: Tensor): readonly unknown[] {
  if (!ArrayBuffer.isView(data)) return data.map(textOrBase64);
  switch (datatype) {
    case 'BOOL':
      return Array.from(data as Uint8Array, (bit) => bit !== 0);
    case 'FP16':
      return Array.from(data as Uint16Array, halfToNumber);
    case 'BF16':
      return Array.from(data as Uint16Array, bfloatToNumber);
    default:
      return Array.from<unknown>(data as Iterable<number | bigint>);
  }
}

/** Text if the bytes are UTF-8, else `{"b64": …}`, which every JSON protocol but one has. */
function textOrBase64(bytes: Uint8Array): string | { readonly b64: string } {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return { b64: toBase64(bytes) };
  }
}

function nest(shape: readonly number[], values: readonly unknown[]): unknown {
  const [size, ...inner] = shape;
  if (size === undefined) return values[0];
  if (inner.length === 0) return values;
  const length = elementCount(inner);
  return Array.from({ length: size }, (_, index) =>
    nest(inner, values.slice(index * length, (index + 1) * length)),
  );
}

/** A tensor from values in nested arrays. Throws `invalid_argument` if they are ragged or of another kind. */
export function fromNested(name: string, datatype: Datatype, nested: unknown): Tensor {
  const shape = shapeOf(nested);
  const values: unknown[] = [];
  flatten(name, nested, shape, 0, values);
  return fromFlat(name, datatype, shape, values);
}

/** A tensor from its values in one array. */
export function fromFlat(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  values: readonly unknown[],
): Tensor {
  return checked({ name, datatype, shape, data: elementsOf(name, datatype, values) });
}

/** The first element of every array says how long all of its axis are. */
function shapeOf(nested: unknown): number[] {
  const shape: number[] = [];
  for (let value = nested; Array.isArray(value); value = value[0]) shape.push(value.length);
  return shape;
}

function flatten(
  name: string,
  nested: unknown,
  shape: readonly number[],
  axis: number,
  into: unknown[],
): void {
  if (
    Array.isArray(nested) !== axis < shape.length ||
    (Array.isArray(nested) && nested.length !== shape[axis])
  ) {
    throw invalid(name, 'its arrays are ragged');
  }
  if (!Array.isArray(nested)) into.push(nested);
  else for (const inner of nested) flatten(name, inner, shape, axis + 1, into);
}

/** Datatypes whose elements are kept as bits. */
const BITS_OF: ReadonlyMap<Datatype, (value: number) => number> = new Map([
  ['FP16', numberToHalf],
  ['BF16', numberToBfloat],
]);

function elementsOf(name: string, datatype: Datatype, values: readonly unknown[]): TensorData {
  if (!isDense(datatype)) return values.map((value) => bytesOfValue(name, value));
  const bitsOf = BITS_OF.get(datatype);
  if (bitsOf !== undefined) return Uint16Array.from(values, (value) => bitsOf(numberOf(name, value)));
  const data = denseArray(datatype, values.length);
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (const [index, value] of values.entries()) {
    if (isBig) data[index] = bigIntOf(name, value);
    else data[index] = numberOf(name, value);
  }
  return data;
}

function bytesOfValue(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return utf8.encode(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'object' && value !== null && 'b64' in value && typeof value.b64 === 'string') {
    return decodeBase64(name, value.b64);
  }
  throw invalid(name, 'each value must be text, bytes or {"b64": "…"}');
}

function decodeBase64(name: string, text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw invalid(name, 'a value is not base64');
  }
}

function bigIntOf(name: string, value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw invalid(name, 'each value must be a whole number');
}

function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return Number(value);
  throw invalid(name, 'each value must be a number');
}

function invalid(name: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `Tensor "${name}": ${problem}.`, { details: { field: name } });
}

/** The same for a value of an answer, whose fault is the service's. */
export function fromAnswer(name: string, datatype: Datatype, nested: unknown): Tensor {
  try {
    return fromNested(name, datatype, nested);
  } catch (cause) {
    throw brokenAnswer(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
