import { type DescMessage, ScalarType } from '@bufbuild/protobuf';

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const TENSOR = 'slipway.onnx.TensorProto';

/** How a field of a message is walked over. */
export interface WireField {
  readonly number: number;
  readonly name: string;
  /** The message inside the field. */
  readonly message: DescMessage | undefined;
  readonly wireType: number;
  readonly repeated: boolean;
  /** Elements of a tensor. They never go through protobuf: pieces stand for them. */
  readonly piece: boolean;
}

const fieldsOf = new WeakMap<DescMessage, ReadonlyMap<number, WireField>>();

/** The fields of a message by their number. */
export function wireFields(message: DescMessage): ReadonlyMap<number, WireField> {
  const known = fieldsOf.get(message);
  if (known !== undefined) return known;
  const made = new Map<number, WireField>();
  for (const field of message.fields) {
    const scalar = field.scalar;
    const repeated = field.fieldKind === 'list';
    made.set(field.number, {
      number: field.number,
      name: field.name,
      message: field.message,
      wireType: wireTypeOf(scalar),
      repeated,
      piece: message.typeName === TENSOR && scalar === ScalarType.BYTES && !repeated,
    });
  }
  fieldsOf.set(message, made);
  return made;
}

function wireTypeOf(scalar: ScalarType | undefined): number {
  if (scalar === ScalarType.INT64 || scalar === ScalarType.INT32) return WIRE.varint;
  return scalar === ScalarType.FLOAT ? WIRE.fixed32 : WIRE.bytes;
}
