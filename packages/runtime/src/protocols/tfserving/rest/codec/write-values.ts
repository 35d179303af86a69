import { type Datatype, SlipwayError, type Tensor } from '@slipway/contract';
import { asBuffer, BYTE } from '../../../../json/cursor.ts';
import { type JsonOutput, putAscii, putByte, putText, reserve } from '../../../../json/output.ts';
import { putGeneralDouble, putGeneralSingle } from '../../../../json/write-g-format.ts';
import { putByteString } from '../../../../json/write-strings.ts';
import { tensorflowType } from '../../data-types.ts';

/** Room for an integer of 64 bits, or a boolean. */
const SCALAR_BYTES = 24;

/** An output with this end to its name has bytes, not text. */
const BYTES_SUFFIX = '_bytes';

/** Types that the stock server cannot write as JSON. */
const UNWRITABLE: ReadonlySet<Datatype> = new Set(['FP16', 'BF16', 'UINT16']);

/** Writes the values of one tensor in row-major order. */
export interface ValueWriter {
  readonly shape: readonly number[];
  readonly put: (output: JsonOutput, index: number) => void;
  /** Values written so far. */
  next: number;
}

/** A writer for a tensor; `invalid_argument` with the stock server's text if it is of a type that JSON cannot carry. */
export function valueWriter(tensor: Tensor): ValueWriter | SlipwayError {
  if (!UNWRITABLE.has(tensor.datatype)) return { shape: tensor.shape, put: elementWriter(tensor), next: 0 };
  const { word } = tensorflowType(tensor.datatype);
  return new SlipwayError('invalid_argument', `Failed to write JSON value for tensor type: ${word}`);
}

/** Writes what lies below `axis`: the next value, or a list. */
export function putValues(output: JsonOutput, writer: ValueWriter, axis: number): void {
  const size = writer.shape[axis];
  if (size === undefined) {
    writer.put(output, writer.next++);
    return;
  }
  reserve(output, 1);
  putByte(output, BYTE.openArray);
  for (let index = 0; index < size; index += 1) {
    putComma(output, index);
    putValues(output, writer, axis + 1);
  }
  reserve(output, 1);
  putByte(output, BYTE.closeArray);
}

/** Writes a comma before every member but the first. */
export function putComma(output: JsonOutput, index: number): void {
  if (index === 0) return;
  reserve(output, 1);
  putByte(output, BYTE.comma);
}

function elementWriter({ name, datatype, data }: Tensor): ValueWriter['put'] {
  if (datatype === 'BYTES') {
    const elements = data as readonly Uint8Array[];
    const putElement = name.endsWith(BYTES_SUFFIX) ? putBase64 : putByteString;
    return (output, index) => putElement(output, elements[index] ?? new Uint8Array());
  }
  const numbers = data as ArrayLike<number | bigint>;
  if (datatype === 'FP32') return (output, index) => putGeneralSingle(output, Number(numbers[index]));
  if (datatype === 'FP64') return (output, index) => putGeneralDouble(output, Number(numbers[index]));
  const text = datatype === 'BOOL' ? booleanText : String;
  return (output, index) => {
    reserve(output, SCALAR_BYTES);
    putAscii(output, text(numbers[index] ?? 0));
  };
}

function putBase64(output: JsonOutput, element: Uint8Array): void {
  putText(output, `{"b64":"${asBuffer(element).toString('base64')}"}`);
}

function booleanText(value: number | bigint): string {
  return value === 0 ? 'false' : 'true';
}
