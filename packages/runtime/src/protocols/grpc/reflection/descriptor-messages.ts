// What our files need of https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto.
// Messages inside a message are given as bytes, which look the same on the wire: so no table contains itself.
import {
  bool,
  bytes,
  enumeration,
  int32,
  message,
  nested,
  oneOf,
  optional,
  repeated,
  string,
} from '../../../protobuf/schema.ts';

const FIELD_LABEL = enumeration('google.protobuf.FieldDescriptorProto.Label', {
  LABEL_OPTIONAL: 1,
  LABEL_REPEATED: 3,
});

const FIELD_TYPE = enumeration('google.protobuf.FieldDescriptorProto.Type', {
  TYPE_DOUBLE: 1,
  TYPE_FLOAT: 2,
  TYPE_INT64: 3,
  TYPE_UINT64: 4,
  TYPE_INT32: 5,
  TYPE_BOOL: 8,
  TYPE_STRING: 9,
  TYPE_MESSAGE: 11,
  TYPE_BYTES: 12,
  TYPE_UINT32: 13,
  TYPE_ENUM: 14,
});

export const FIELD_DESCRIPTOR = message('google.protobuf.FieldDescriptorProto', {
  name: string(1),
  number: int32(3),
  label: oneOf(4, FIELD_LABEL),
  type: oneOf(5, FIELD_TYPE),
  typeName: string(6),
  oneofIndex: optional(int32(9)),
});

export const ENUM_DESCRIPTOR = message('google.protobuf.EnumDescriptorProto', {
  name: string(1),
  value: repeated(
    nested(
      2,
      message('google.protobuf.EnumValueDescriptorProto', { name: string(1), number: optional(int32(2)) }),
    ),
  ),
});

export const MESSAGE_DESCRIPTOR = message('google.protobuf.DescriptorProto', {
  name: string(1),
  field: repeated(nested(2, FIELD_DESCRIPTOR)),
  nestedType: repeated(bytes(3)),
  enumType: repeated(bytes(4)),
  options: nested(7, message('google.protobuf.MessageOptions', { mapEntry: bool(7) })),
  oneofDecl: repeated(nested(8, message('google.protobuf.OneofDescriptorProto', { name: string(1) }))),
});

export const METHOD_DESCRIPTOR = message('google.protobuf.MethodDescriptorProto', {
  name: string(1),
  inputType: string(2),
  outputType: string(3),
  clientStreaming: bool(5),
  serverStreaming: bool(6),
});

export const FILE_DESCRIPTOR = message('google.protobuf.FileDescriptorProto', {
  name: string(1),
  package: string(2),
  dependency: repeated(string(3)),
  messageType: repeated(bytes(4)),
  enumType: repeated(bytes(5)),
  service: repeated(
    nested(
      6,
      message('google.protobuf.ServiceDescriptorProto', {
        name: string(1),
        method: repeated(nested(2, METHOD_DESCRIPTOR)),
      }),
    ),
  ),
  syntax: string(12),
});
