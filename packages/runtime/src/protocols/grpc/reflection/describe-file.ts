import { encodeToBytes } from '../../../protobuf/encode.ts';
import type { EnumSchema, FieldSchema, MessageInit, MessageSchema } from '../../../protobuf/schema.ts';
import type { FileSchema, MethodSchema } from '../service.ts';
import {
  ENUM_DESCRIPTOR,
  type FIELD_DESCRIPTOR,
  FILE_DESCRIPTOR,
  MESSAGE_DESCRIPTOR,
  type METHOD_DESCRIPTOR,
} from './descriptor-messages.ts';

type FieldDescriptor = MessageInit<typeof FIELD_DESCRIPTOR>;
type NamedField = readonly [name: string, field: FieldSchema];

const SCALAR_TYPES = {
  bool: 'TYPE_BOOL',
  int32: 'TYPE_INT32',
  uint32: 'TYPE_UINT32',
  int64: 'TYPE_INT64',
  uint64: 'TYPE_UINT64',
  float: 'TYPE_FLOAT',
  double: 'TYPE_DOUBLE',
  string: 'TYPE_STRING',
  bytes: 'TYPE_BYTES',
} as const;

/** The fields of the messages that a map consists of. */
const MAP_KEY: FieldDescriptor = { name: 'key', number: 1, label: 'LABEL_OPTIONAL', type: 'TYPE_STRING' };
const MAP_VALUE = 2;

/** The `FileDescriptorProto` of a file, which reflection sends. */
export function describeFile(file: FileSchema): Buffer {
  return encodeToBytes(FILE_DESCRIPTOR, {
    name: file.name,
    package: file.package,
    dependency: file.dependencies.map(({ name }) => name),
    messageType: messagesIn(file, file.package),
    enumType: enumsIn(file, file.package),
    service: file.services.map(({ name, methods }) => {
      return { name: lastName(name), method: methods.map(describeMethod) };
    }),
    syntax: 'proto3',
  });
}

/** The descriptors of the messages that stand in `scope`: the package, or a message. */
function messagesIn(file: FileSchema, scope: string): readonly Buffer[] {
  return file.messages
    .filter(({ name }) => scopeOf(name) === scope)
    .map((message) => describeMessage(file, message));
}

function enumsIn(file: FileSchema, scope: string): readonly Buffer[] {
  return file.enums.filter(({ name }) => scopeOf(name) === scope).map(describeEnum);
}

function describeMessage(file: FileSchema, { name, fields }: MessageSchema): Buffer {
  const named = Object.entries(fields);
  const oneofs = [...new Set(named.flatMap(([, { oneof }]) => oneof ?? []))];
  const maps = named.filter(([, { label }]) => label === 'map');
  return encodeToBytes(MESSAGE_DESCRIPTOR, {
    name: lastName(name),
    field: named.map((field) => describeField(name, field, oneofs)),
    nestedType: [...messagesIn(file, name), ...maps.map(describeEntry)],
    enumType: enumsIn(file, name),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof })),
  });
}

function describeField(
  message: string,
  [name, field]: NamedField,
  oneofs: readonly string[],
): FieldDescriptor {
  const isMany = field.label === 'repeated' || field.label === 'map';
  return {
    name: snakeCase(name),
    number: field.number,
    label: isMany ? 'LABEL_REPEATED' : 'LABEL_OPTIONAL',
    ...(field.label === 'map'
      ? { type: 'TYPE_MESSAGE', typeName: `.${message}.${entryName(name)}` }
      : typeOf(field)),
    oneofIndex: field.oneof === undefined ? undefined : oneofs.indexOf(field.oneof),
  };
}

/** The message that a map is a list of. */
function describeEntry([name, field]: NamedField): Buffer {
  return encodeToBytes(MESSAGE_DESCRIPTOR, {
    name: entryName(name),
    field: [MAP_KEY, { name: 'value', number: MAP_VALUE, label: 'LABEL_OPTIONAL', ...typeOf(field) }],
    options: { mapEntry: true },
  });
}

function typeOf({ type }: FieldSchema): Pick<FieldDescriptor, 'type' | 'typeName'> {
  if (typeof type === 'string') return { type: SCALAR_TYPES[type] };
  return { type: type.kind === 'enum' ? 'TYPE_ENUM' : 'TYPE_MESSAGE', typeName: `.${type.name}` };
}

function describeEnum({ name, numbers }: EnumSchema): Buffer {
  return encodeToBytes(ENUM_DESCRIPTOR, {
    name: lastName(name),
    value: Object.entries(numbers).map(([value, number]) => ({ name: value, number })),
  });
}

function describeMethod(method: MethodSchema): MessageInit<typeof METHOD_DESCRIPTOR> {
  return {
    name: method.name,
    inputType: `.${method.request.name}`,
    outputType: `.${method.response.name}`,
    clientStreaming: method.clientStreaming,
    serverStreaming: method.serverStreaming,
  };
}

function scopeOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The compiler's name for the message of a map. */
function entryName(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Entry`;
}
