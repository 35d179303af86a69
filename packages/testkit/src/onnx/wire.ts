/** One encoded field of a protobuf message, or a run of them. */
export type Field = Uint8Array;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

/** A 64-bit integer; negative numbers take ten bytes, as protobuf's int64 does. */
export function integerField(number: number, value: number | bigint): Field {
  return joinFields([tag(number, VARINT), varint(value)]);
}

/** Integers packed into one field. */
export function integersField(number: number, values: readonly (number | bigint)[]): Field {
  return bytesField(number, joinFields(values.map(varint)));
}

/** A 32-bit float. */
export function floatField(number: number, value: number): Field {
  return joinFields([tag(number, FIXED32), littleEndianFloats([value])]);
}

/** 32-bit floats packed into one field. */
export function floatsField(number: number, values: readonly number[]): Field {
  return bytesField(number, littleEndianFloats(values));
}

export function textField(number: number, value: string): Field {
  return bytesField(number, utf8.encode(value));
}

export function bytesField(number: number, value: Uint8Array): Field {
  return joinFields([tag(number, LENGTH_DELIMITED), varint(value.byteLength), value]);
}

export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, joinFields(fields));
}

/** Fields one after the other: the bytes of a message. */
export function joinFields(fields: readonly Field[]): Uint8Array {
  const joined = new Uint8Array(fields.reduce((sum, field) => sum + field.byteLength, 0));
  let offset = 0;
  for (const field of fields) {
    joined.set(field, offset);
    offset += field.byteLength;
  }
  return joined;
}

function tag(number: number, wireType: number): Uint8Array {
  return varint((number << 3) | wireType);
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function littleEndianFloats(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return new Uint8Array(view.buffer);
}
