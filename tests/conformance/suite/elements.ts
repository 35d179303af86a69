import type { Datatype } from '@slipway/contract';

/** A tensor as the suite compares it: each element as the bytes it has on a wire, little-endian; BYTES as its content. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly elements: readonly Buffer[];
}

type NumberType = Exclude<Datatype, 'BOOL' | 'BYTES' | 'BF16'>;

/** How a number of one datatype gets into bytes and out of them. */
interface NumberFormat {
  readonly size: number;
  write(view: DataView, text: string): void;
  read(view: DataView): number | bigint;
}

const FORMATS: Readonly<Record<NumberType, NumberFormat>> = {
  UINT8: { size: 1, write: (view, text) => view.setUint8(0, +text), read: (view) => view.getUint8(0) },
  UINT16: {
    size: 2,
    write: (view, text) => view.setUint16(0, +text, true),
    read: (view) => view.getUint16(0, true),
  },
  UINT32: {
    size: 4,
    write: (view, text) => view.setUint32(0, +text, true),
    read: (view) => view.getUint32(0, true),
  },
  UINT64: {
    size: 8,
    write: (view, text) => view.setBigUint64(0, BigInt(text), true),
    read: (view) => view.getBigUint64(0, true),
  },
  INT8: { size: 1, write: (view, text) => view.setInt8(0, +text), read: (view) => view.getInt8(0) },
  INT16: {
    size: 2,
    write: (view, text) => view.setInt16(0, +text, true),
    read: (view) => view.getInt16(0, true),
  },
  INT32: {
    size: 4,
    write: (view, text) => view.setInt32(0, +text, true),
    read: (view) => view.getInt32(0, true),
  },
  INT64: {
    size: 8,
    write: (view, text) => view.setBigInt64(0, BigInt(text), true),
    read: (view) => view.getBigInt64(0, true),
  },
  FP16: {
    size: 2,
    write: (view, text) => view.setFloat16(0, +text, true),
    read: (view) => view.getFloat16(0, true),
  },
  FP32: {
    size: 4,
    write: (view, text) => view.setFloat32(0, +text, true),
    read: (view) => view.getFloat32(0, true),
  },
  FP64: {
    size: 8,
    write: (view, text) => view.setFloat64(0, +text, true),
    read: (view) => view.getFloat64(0, true),
  },
};

/** Bytes of an element; BYTES has no fixed size. */
export function sizeOf(datatype: Datatype): number {
  return datatype === 'BOOL' ? 1 : formatOf(datatype).size;
}

/** The bytes of an element from its text: a number as it is written, `true` or `false`, or text. */
export function elementFromText(datatype: Datatype, text: string): Buffer {
  if (datatype === 'BYTES') return Buffer.from(text, 'utf8');
  if (datatype === 'BOOL') return Buffer.of(text === 'true' ? 1 : 0);
  const format = formatOf(datatype);
  const view = new DataView(new ArrayBuffer(format.size));
  format.write(view, text);
  return Buffer.from(view.buffer);
}

/** An element as a number or a truth; 64-bit integers as bigints. */
export function numberOf(datatype: Datatype, element: Buffer): number | bigint | boolean {
  if (datatype === 'BOOL') return element[0] !== 0;
  return formatOf(datatype).read(new DataView(element.buffer, element.byteOffset, element.length));
}

/** All elements in one piece, as binary protocols carry them; BYTES have their lengths before them. */
export function joinRaw({ datatype, elements }: WireTensor): Buffer {
  return Buffer.concat(datatype === 'BYTES' ? elements.flatMap((one) => [lengthOf(one), one]) : elements);
}

/** Cuts what `joinRaw` joined. */
export function cutRaw(datatype: Datatype, raw: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    const start = datatype === 'BYTES' ? at + 4 : at;
    const end = start + (datatype === 'BYTES' ? raw.readUInt32LE(at) : sizeOf(datatype));
    elements.push(raw.subarray(start, end));
    at = end;
  }
  return elements;
}

function lengthOf(element: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(element.length);
  return length;
}

function formatOf(datatype: Datatype): NumberFormat {
  const format = FORMATS[datatype as NumberType];
  if (format === undefined) throw new Error(`The suite has no numbers of type ${datatype}.`);
  return format;
}
