import {
  BYTES_PER_ELEMENT,
  type Datatype,
  type DenseData,
  type DenseDatatype,
  ELEMENT_ARRAYS,
  elementCount,
  SlipwayError,
  type Tensor,
} from '@slipway/contract';

export type { DenseData };

/** The length before each element of a raw BYTES tensor: 32 bits, little-endian. */
const PREFIX_BYTES = 4;

/** True for the datatypes whose elements all have the same size. */
export function isDense(datatype: Datatype): datatype is DenseDatatype {
  return datatype !== 'BYTES';
}

/** An array of zeros for a datatype. */
export function denseArray(datatype: DenseDatatype, length: number): DenseData {
  return new ELEMENT_ARRAYS[datatype](length);
}

/** The elements as the protocols send them raw: little-endian, and BYTES each after its length. */
export function rawBytes({ datatype, data }: Tensor): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(data)) return bytesOf(data);
  if (datatype !== 'BYTES') throw new TypeError(`A tensor of ${datatype} has a typed array.`);
  return rawStrings(data);
}

/** The memory of dense elements. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

function rawStrings(elements: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(elements.reduce((size, { length }) => size + PREFIX_BYTES + length, 0));
  const view = new DataView(raw.buffer);
  let offset = 0;
  for (const element of elements) {
    view.setUint32(offset, element.length, true);
    raw.set(element, offset + PREFIX_BYTES);
    offset += PREFIX_BYTES + element.length;
  }
  return raw;
}

/** Reads raw elements. Throws `internal` if they are not as many as the shape says: the service's answer is broken. */
export function readRaw(name: string, datatype: Datatype, shape: readonly number[], raw: Uint8Array): Tensor {
  const data = isDense(datatype) ? readDense(datatype, raw) : readStrings(raw);
  return checked({ name, datatype, shape, data });
}

/** The tensor, if it has as many elements as its shape says. */
export function checked(tensor: Tensor): Tensor {
  const expected = elementCount(tensor.shape);
  if (tensor.data.length === expected) return tensor;
  throw brokenAnswer(
    `Output "${tensor.name}" has ${tensor.data.length} elements where its shape [${tensor.shape.join(', ')}] has ${expected}.`,
  );
}

/** The error of an answer that does not follow its protocol. */
export function brokenAnswer(what: string, cause?: unknown): SlipwayError {
  return new SlipwayError('internal', `The answer of the service cannot be read. ${what}`, { cause });
}

function readDense(datatype: DenseDatatype, raw: Uint8Array): DenseData {
  const size = BYTES_PER_ELEMENT[datatype];
  if (raw.byteLength % size !== 0)
    throw brokenAnswer(`An output of ${datatype} has ${raw.byteLength} bytes.`);
  const { buffer, byteOffset } = raw.byteOffset % size === 0 ? raw : Uint8Array.from(raw);
  return new ELEMENT_ARRAYS[datatype](buffer, byteOffset, raw.byteLength / size);
}

function readStrings(raw: Uint8Array): Uint8Array[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const elements: Uint8Array[] = [];
  for (let offset = 0; offset < raw.length; ) {
    const left = raw.length - offset - PREFIX_BYTES;
    const length = left < 0 ? Number.POSITIVE_INFINITY : view.getUint32(offset, true);
    if (length > left) throw brokenAnswer('An output of BYTES ends within an element.');
    elements.push(raw.subarray(offset + PREFIX_BYTES, offset + PREFIX_BYTES + length));
    offset += PREFIX_BYTES + length;
  }
  return elements;
}

/** The number that the bits of an FP16 stand for. https://en.wikipedia.org/wiki/Half-precision_floating-point_format */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of the FP16 that is nearest to a number; of two, the even one. */
export function numberToHalf(value: number): number {
  return floatBits(value, 10, -14);
}

/** The same for a BF16. */
export function numberToBfloat(value: number): number {
  return floatBits(value, 7, -126);
}

const double = new DataView(new ArrayBuffer(8));

/** Bits of a float (IEEE 754) with so many bits of fraction, whose least normal number is 2 to the power of `least`. */
function floatBits(value: number, fractionBits: number, least: number): number {
  const infinity = (3 - 2 * least) << fractionBits;
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  double.setFloat64(0, value);
  const high = double.getUint32(0);
  const sign = (high >>> 31) << 15;
  const exponent = Math.max(least, ((high >>> 20) & 0x7ff) - 1023);
  if (exponent > 1 - least) return sign | infinity;
  // A fraction that is rounded up to the next power carries into the exponent, as it should.
  const bits =
    ((exponent - least) << fractionBits) + roundToEven(Math.abs(value) / 2 ** (exponent - fractionBits));
  return sign | Math.min(bits, infinity);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

const single = new DataView(new ArrayBuffer(4));

/** The number that the bits of a BF16 stand for: the upper half of a single. */
export function bfloatToNumber(bits: number): number {
  single.setUint32(0, (bits << 16) >>> 0);
  return single.getFloat32(0);
}
