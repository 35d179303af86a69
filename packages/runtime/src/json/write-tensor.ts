import type { Tensor } from '@slipway/contract';
import { BYTE } from './cursor.ts';
import { fromBfloat16, fromFloat16 } from './float-formats.ts';
import { type JsonOutput, putAscii, putByte, reserve } from './output.ts';
import { putSingle, withPoint } from './write-single.ts';
import { putByteString } from './write-strings.ts';

/** Room for one number and the comma before it: the longest are doubles and 64-bit integers. */
const NUMBER_BYTES = 33;

type PutElement = (output: JsonOutput, index: number) => void;

/**
 * Writes a tensor as arrays nested by its shape; a scalar is a bare value. Integers are exact; FP32 and
 * FP64 are the shortest decimals that read back as the same number; FP16 and BF16 are written as the singles they
 * stand for. What is not finite is a bare NaN, Infinity or -Infinity, as Python's `json` and Triton write and read it.
 */
export function putTensor(output: JsonOutput, tensor: Pick<Tensor, 'datatype' | 'shape' | 'data'>): void {
  const put = elementWriter(tensor);
  const { shape } = tensor;
  if (shape.length === 0) put(output, 0);
  else putAxis(output, shape, 0, { put, next: 0 });
}

/** The element that comes next; row-major order is the order of the text. */
interface Elements {
  readonly put: PutElement;
  next: number;
}

function putAxis(output: JsonOutput, shape: readonly number[], axis: number, elements: Elements): void {
  const size = shape[axis] ?? 0;
  const isRow = axis === shape.length - 1;
  reserve(output, 2);
  putByte(output, BYTE.openArray);
  for (let index = 0; index < size; index++) {
    if (index > 0) {
      reserve(output, 1);
      putByte(output, BYTE.comma);
    }
    if (isRow) elements.put(output, elements.next++);
    else putAxis(output, shape, axis + 1, elements);
  }
  reserve(output, 1);
  putByte(output, BYTE.closeArray);
}

function elementWriter(tensor: Pick<Tensor, 'datatype' | 'data'>): PutElement {
  const { datatype, data } = tensor;
  if (datatype === 'BYTES') return strings(data as readonly Uint8Array[]);
  if (datatype === 'BOOL') return texts(data as Uint8Array, (value) => (value === 0 ? 'false' : 'true'));
  if (datatype === 'FP32') return singles(data as Float32Array);
  if (datatype === 'FP16') return singles(fromFloat16(data as Uint16Array));
  if (datatype === 'BF16') return singles(fromBfloat16(data as Uint16Array));
  if (datatype === 'FP64') return texts(data as Float64Array, doubleText);
  return texts<number | bigint>(data as ArrayLike<number | bigint>, String);
}

function strings(data: readonly Uint8Array[]): PutElement {
  return (output, index) => putByteString(output, data[index] ?? new Uint8Array());
}

function singles(data: Float32Array | Float16Array): PutElement {
  return (output, index) => {
    reserve(output, NUMBER_BYTES);
    putSingle(output, data[index] ?? 0);
  };
}

function texts<T>(data: ArrayLike<T>, text: (value: T) => string): PutElement {
  return (output, index) => {
    reserve(output, NUMBER_BYTES);
    putAscii(output, text(data[index] as T));
  };
}

function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : withPoint(String(value));
}
