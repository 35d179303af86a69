import { GraphError } from '../graph-error.ts';
import { loadBytes } from './bytes.ts';
import { elementBits } from './element-types.ts';
import type { Tensor } from './model.ts';
import { rawSize } from './tensor-size.ts';

/**
 * The elements of a tensor as they lie in memory, little endian, whichever form they have in the file. A range of a file
 * is read, whole. Throws `invalid_argument` for strings, and `invalid_file` where the elements are not as many as they
 * should be.
 */
export function loadElements(tensor: Tensor): Uint8Array {
  const { data } = tensor;
  const size = rawSize(tensor);
  if (data.form === 'strings' || size === undefined) {
    throw new GraphError(
      'invalid_argument',
      `The tensor ${tensor.name ?? ''} is ${tensor.elementType}: it has no bytes.`,
    );
  }
  if (data.form === 'none') return new Uint8Array(size);
  const bytes = loadBytes(data.bytes);
  if (data.form !== 'packed' || data.field === 'floatData' || data.field === 'doubleData') return bytes;
  return unpackVarints(tensor, bytes, size);
}

/** Each number is one element, or, where elements are smaller than a byte, one byte of them. */
function unpackVarints(tensor: Tensor, packed: Uint8Array, size: number): Uint8Array {
  const width = Math.max(1, elementBits(tensor.elementType) / 8);
  const elements = new Uint8Array(size);
  const view = new DataView(elements.buffer);
  let written = 0;
  let value = 0n;
  let shift = 0n;
  for (const byte of packed) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    if (written + width > size) throw wrongCount(tensor);
    for (let index = 0; index < width; index += 1) {
      view.setUint8(written + index, Number((value >> BigInt(8 * index)) & 0xffn));
    }
    written += width;
    value = 0n;
    shift = 0n;
  }
  if (written !== size || shift !== 0n) throw wrongCount(tensor);
  return elements;
}

function wrongCount({ name = '', elementType, dims }: Tensor): GraphError {
  const said = `The tensor ${name} is ${elementType} [${dims.join(', ')}], and has another number of elements.`;
  return new GraphError('invalid_file', said);
}
