import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { SERVICE } from './definition.ts';

/** The service as Connect takes it, of descriptors that proto-loader made. */
export function describeService(descriptors: readonly Uint8Array[]): DescService {
  const file = descriptors.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  for (const one of file) qualifyNames(one);
  const service = createFileRegistry({ $typeName: FileDescriptorSetSchema.typeName, file }).getService(
    SERVICE,
  );
  if (service === undefined) throw new Error(`The descriptors have no ${SERVICE}.`);
  return service;
}

/** proto-loader names types as the file does, from where they stand; Connect wants their full names. */
function qualifyNames(file: FileDescriptorProto): void {
  const known = new Set(file.messageType.flatMap((message) => namesIn(file.package, message)));
  for (const message of file.messageType) qualifyFields(file.package, message, known);
  for (const { method } of file.service) {
    for (const one of method) {
      one.inputType = qualify(file.package, one.inputType, known);
      one.outputType = qualify(file.package, one.outputType, known);
    }
  }
}

function namesIn(scope: string, { name, nestedType }: DescriptorProto): readonly string[] {
  const full = `${scope}.${name}`;
  return [full, ...nestedType.flatMap((nested) => namesIn(full, nested))];
}

function qualifyFields(scope: string, message: DescriptorProto, known: ReadonlySet<string>): void {
  const full = `${scope}.${message.name}`;
  for (const field of message.field) {
    if (field.typeName !== '') field.typeName = qualify(full, field.typeName, known);
  }
  for (const nested of message.nestedType) qualifyFields(full, nested, known);
}

/** The name as the innermost scope that has it means it. */
function qualify(scope: string, name: string, known: ReadonlySet<string>): string {
  if (name.startsWith('.')) return name;
  if (known.has(`${scope}.${name}`)) return `.${scope}.${name}`;
  const outer = scope.lastIndexOf('.');
  return outer < 0 ? `.${name}` : qualify(scope.slice(0, outer), name, known);
}
