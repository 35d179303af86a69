import { create, type DescMessage, type Message, type MessageInitShape } from '@bufbuild/protobuf';
import {
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_MapSchema,
  TypeProto_OpaqueSchema,
  TypeProto_OptionalSchema,
  TypeProto_SequenceSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
} from '../../generated/onnx/onnx_pb.ts';
import { elementNumber } from '../element-types.ts';
import type { Dimension, Shape, UnknownField, ValueType } from '../model.ts';

/** A message with the unknown fields that it was read with. */
export function message<D extends DescMessage>(
  schema: D,
  from: { readonly unknown?: readonly UnknownField[] | undefined },
  init: MessageInitShape<D>,
) {
  const made = create(schema, init);
  if (from.unknown !== undefined) (made as Message).$unknown = from.unknown.map((each) => ({ ...each }));
  return made;
}

type TypeMessage = ReturnType<typeof create<typeof TypeProtoSchema>>;

/** The message of a type. */
export function typeOf(type: ValueType): TypeMessage {
  return message(TypeProtoSchema, type, { denotation: type.denotation, value: typeValueOf(type) });
}

function typeValueOf(type: ValueType): TypeMessage['value'] {
  const inner = { unknown: type.innerUnknown };
  switch (type.kind) {
    case 'none':
      return { case: undefined };
    case 'tensor':
    case 'sparse_tensor': {
      const elemType = type.elementType === undefined ? undefined : elementNumber(type.elementType);
      const shape = type.shape === undefined ? undefined : shapeOf(type.shape);
      const value = message(TypeProto_TensorSchema, inner, { elemType, shape });
      return type.kind === 'tensor' ? { case: 'tensorType', value } : { case: 'sparseTensorType', value };
    }
    case 'sequence':
      return {
        case: 'sequenceType',
        value: message(TypeProto_SequenceSchema, inner, nestedOf(type.element)),
      };
    case 'optional':
      return {
        case: 'optionalType',
        value: message(TypeProto_OptionalSchema, inner, nestedOf(type.element)),
      };
    case 'map': {
      const keyType = type.key === undefined ? undefined : elementNumber(type.key);
      const valueType = type.element === undefined ? undefined : typeOf(type.element);
      return { case: 'mapType', value: message(TypeProto_MapSchema, inner, { keyType, valueType }) };
    }
    case 'opaque': {
      const { domain, name } = type;
      return { case: 'opaqueType', value: message(TypeProto_OpaqueSchema, inner, { domain, name }) };
    }
  }
}

function nestedOf(element: ValueType | undefined) {
  return { elemType: element === undefined ? undefined : typeOf(element) };
}

function shapeOf(shape: Shape) {
  return message(TensorShapeProtoSchema, shape, { dim: shape.dims.map(dimensionOf) });
}

function dimensionOf(dim: Dimension) {
  return message(TensorShapeProto_DimensionSchema, dim, {
    denotation: dim.denotation,
    value: sizeOf(dim.size),
  });
}

function sizeOf(size: Dimension['size']) {
  if (size === undefined) return { case: undefined };
  return typeof size === 'string'
    ? ({ case: 'dimParam', value: size } as const)
    : ({ case: 'dimValue', value: BigInt(size) } as const);
}
